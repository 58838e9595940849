"""How long a task takes, as a person types it: a number of working days or of hours."""

from decimal import Decimal, InvalidOperation

from webapp.core.errors import Invalid
from webapp.timelines.inputs import LONGEST_MINUTES

UNITS = ("days", "hours")


def minutes_of(amount: str, unit: str, day_minutes: int) -> int:
    """Working minutes; raises Invalid beside the field `amount`.

    >>> minutes_of("2", "days", 480), minutes_of("1.5", "days", 420), minutes_of("0,5", "hours", 1)
    (960, 630, 30)
    """
    minutes = _typed(amount, unit, day_minutes)
    if minutes is None or minutes < 0:
        raise Invalid({"amount": "Write a number, like 2 or 1.5."})
    if minutes > LONGEST_MINUTES:
        raise Invalid({"amount": "That is longer than a year of work."})
    return minutes


def lag_of(number: str, unit: str, day_minutes: int) -> int:
    """How much later than what it waits for: working minutes, negative is earlier, nothing typed is
    none. Raises Invalid beside the field `lag`.

    >>> lag_of("2", "days", 480), lag_of("−4", "hours", 480), lag_of("", "days", 480)
    (960, -240, 0)
    """
    minutes = _typed(number or "0", unit, day_minutes)
    if minutes is None:
        raise Invalid({"lag": "Write a number, like 2 or -1."})
    if abs(minutes) > LONGEST_MINUTES:
        raise Invalid({"lag": "That is longer than a year of work."})
    return minutes


def _typed(number: str, unit: str, day_minutes: int) -> int | None:
    """Typed minutes, not far beyond the longest; None for what is no number."""
    try:
        value = Decimal(number.strip().replace(",", ".").replace("−", "-"))
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    most = Decimal(LONGEST_MINUTES + 1)
    return round(max(-most, min(value, most)) * (60 if unit == "hours" else day_minutes))


def typed_of(minutes: int, day_minutes: int) -> tuple[str, str]:
    """The number and the unit a form shows for a length.

    >>> typed_of(960, 480), typed_of(720, 480), typed_of(240, 480), typed_of(500, 480)
    (('2', 'days'), ('1.5', 'days'), ('4', 'hours'), ('8.33', 'hours'))
    """
    days = Decimal(minutes) / day_minutes
    if minutes >= day_minutes and (days * 2) % 1 == 0:
        return _plain(days), "days"
    return _plain(Decimal(minutes) / 60), "hours"


def _plain(number: Decimal) -> str:
    text = f"{number:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
