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
    try:
        number = Decimal(amount.strip().replace(",", "."))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        raise Invalid({"amount": "Write a number, like 2 or 1.5."})
    minutes = round(
        min(number, Decimal(LONGEST_MINUTES + 1)) * (60 if unit == "hours" else day_minutes)
    )
    if minutes > LONGEST_MINUTES:
        raise Invalid({"amount": "That is longer than a year of work."})
    return minutes


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
