"""Days as reports write them: numeric in any order, with the month's name, with a time behind.
Pure.

The order of day and month belongs to the column: one cell above twelve decides it for all.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

#: The names of months by their first letters, in the languages reports were seen in.
_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "january januari januar janvier enero janeiro gennaio ianuarie jan ene",
        "february februari februar fevrier febrero fevereiro febbraio feb fev fevr",
        "march maart marz mars marzo marco maret mrt mar",
        "april avril abril aprile apr avr abr",
        "may mei mai mayo maio maggio mag",
        "june juni juin junio junho giugno jun giu",
        "july juli juillet julio julho luglio jul juil lug",
        "august augustus aout agosto agustus aug ago agu",
        "september septembre septiembre setembro settembre sep sept set",
        "october oktober octobre octubre outubro ottobre oct okt out ott",
        "november novembre noviembre novembro nov",
        "december desember dezember decembre diciembre dezembro dicembre dec des dez dic",
    ),
    start=1,
):
    for _name in _names.split():
        _MONTHS[_name] = _number

_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_CJK = re.compile(r"^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_NUMERIC = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
#: Two digits for the year, which may stand first or last.
_SHORT = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{2})(?!\d)")
#: Days since the end of 1899, as spreadsheets count: 2009 to 2064.
_SERIAL = re.compile(r"^[45]\d{4}(?:\.0+)?$")
_EPOCH = date(1899, 12, 30)
_PACKED = re.compile(r"^(20\d{2})(\d{2})(\d{2})$")
_DAY_FIRST = re.compile(
    r"^(?:[^\W\d]+\.?,?\s+)?(\d{1,2})\.?(?:\s+de)?[\s-]+([^\W\d]+)\.?,?(?:\s+de)?[\s-]+(\d{4})"
)
_MONTH_FIRST = re.compile(r"^(?:[^\W\d]+,\s+)?([^\W\d]+)\.?\s+(\d{1,2}),?\s+(\d{4})")


#: Cells that a column remembers.
MOST_KNOWN = 2_000
#: Two of them in a cell make it a period.
_YEAR = re.compile(r"(?<!\d)20\d{2}(?!\d)")


class NoDay(ValueError):
    """A cell that is no day, or one that could be two."""


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _made(year: str | int, month: str | int, day: str | int, cell: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise NoDay(cell) from None


#: What a year of two digits may be.
_SHORT_YEARS = range(10, 41)
#: A column that spans more years than this has something else there.
_MOST_YEARS = 3


@dataclass(slots=True)
class Days:
    """How one column writes its days. Feed every cell with `see`, call `settle`, then ask `day`.

    `order` decides when it is given; `hint` is what counts when no cell and no period does.
    """

    order: str = ""  # "dmy", "mdy" or (for years of two digits) "ymd", told by the cells
    hint: str = ""
    seen: int = 0
    others: int = 0
    doubtful: list[tuple[int, int, int]] = field(default_factory=list)
    short: set[tuple[int, int, int]] = field(default_factory=set)
    contradicts: bool = False
    numeric: int = 0
    serials: int = 0
    is_guessed: bool = False
    known: set[str] = field(default_factory=set)

    def see(self, cell: str) -> None:
        """One more cell."""
        if cell in self.known:  # days repeat in nearly every row
            return
        if len(self.known) < MOST_KNOWN:
            self.known.add(cell)
        self._learn(cell.strip())

    def _learn(self, text: str) -> None:
        if found := _SHORT.match(text):
            self._count_numeric()
            if len(self.short) < 5000:
                self.short.add((int(found[1]), int(found[3]), int(found[4])))
            if found[2] == ".":
                self._decide("dmy")
            return
        if _SERIAL.match(text):
            self.seen += 1
            self.serials += 1
            return
        found = _NUMERIC.match(text)
        if found is None:
            try:
                self.day(text)
                self.seen += 1
            except NoDay:
                self.others += 1
            return
        self._count_numeric()
        first, mark, second = int(found[1]), found[2], int(found[3])
        if first > 12 or mark == ".":
            self._decide("dmy")
        elif second > 12:
            self._decide("mdy")
        elif first != second and len(self.doubtful) < 5000:
            self.doubtful.append((first, second, int(found[4])))

    def _count_numeric(self) -> None:
        self.seen += 1
        self.numeric += 1

    def _decide(self, order: str) -> None:
        self.contradicts |= self.order not in ("", order)
        self.order = order

    def settle(self, inside: tuple[date, date] | None = None) -> None:
        """Decide what no cell decided: by the period the file names, when only one order stays
        inside it. What stays open is read day first, and says so.
        """
        if self.short:
            self._settle_short(inside)
            return
        if self.order or not self.doubtful:
            return
        orders = ["dmy", "mdy"]
        fits = [order for order in orders if inside and self._fits(order, inside)]
        self._choose(fits if len(fits) == 1 else [self.hint] if self.hint else orders)

    def _settle_short(self, inside: tuple[date, date] | None) -> None:
        """A year of two digits stays nearly the same down a column; the day of the month does
        not.
        """
        orders = [self.order] if self.order else ["dmy", "mdy", "ymd"]
        fits = [order for order in orders if self._is_possible(order, inside)]
        self._choose([self.hint] if len(fits) > 1 and self.hint in fits else fits)

    def _choose(self, orders: list[str]) -> None:
        self.is_guessed = len(orders) != 1
        self.order = orders[0] if orders else "dmy"

    def _is_possible(self, order: str, inside: tuple[date, date] | None) -> bool:
        days = []
        for cell in self.short:
            try:
                days.append(_short_day(cell, order))
            except ValueError:
                return False
        if inside and not all(inside[0] <= day <= inside[1] for day in days):
            return False
        years = len({day.year for day in days})
        return years <= _MOST_YEARS and years <= len({day.day for day in days})

    def _fits(self, order: str, inside: tuple[date, date]) -> bool:
        for first, second, year in self.doubtful:
            day, month = (first, second) if order == "dmy" else (second, first)
            if not inside[0] <= date(year, month, day) <= inside[1]:
                return False
        return True

    @property
    def is_half_converted(self) -> bool:
        """Whether some cells begin with the year and some do not: a spreadsheet that took the month
        for the day made dates of the former, and swapped them.
        """
        return 0 < self.numeric < self.seen or 0 < self.serials < self.seen

    @property
    def is_doubtful(self) -> bool:
        """Whether some cell could be two days."""
        return self.contradicts or self.is_guessed

    def day(self, cell: str) -> date:
        """The day of a cell, whatever stands behind it. Raises NoDay.

        >>> Days().day("Thu, 5 Feb 2026"), Days().day("2026年1月31日")
        (datetime.date(2026, 2, 5), datetime.date(2026, 1, 31))
        >>> Days("mdy").day("1/23/2019 12:00:00 AM|11")
        datetime.date(2019, 1, 23)
        """
        text = cell.strip()
        if len(text) > 12 and len(_YEAR.findall(text)) > 1:
            raise NoDay(cell)
        if found := _ISO.match(text) or _CJK.match(text) or _PACKED.match(text):
            return _made(found[1], found[2], found[3], cell)
        if self.serials and _SERIAL.match(text):
            return _EPOCH + timedelta(days=int(float(text)))
        if self.short and (found := _SHORT.match(text)):
            try:
                return _short_day((int(found[1]), int(found[3]), int(found[4])), self.order)
            except ValueError:
                raise NoDay(cell) from None
        if found := _NUMERIC.match(text):
            first, second = int(found[1]), int(found[3])
            two_ways = first != second and first <= 12 and second <= 12 and found[2] != "."
            if two_ways and not self.order:
                raise NoDay(cell)
            dmy = self.order == "dmy" or first > 12 or found[2] == "."
            day, month = (first, second) if dmy else (second, first)
            return _made(found[4], month, day, cell)
        if (found := _DAY_FIRST.match(text)) and (month := _month(found[2])):
            return _made(found[3], month, found[1], cell)
        if (found := _MONTH_FIRST.match(text)) and (month := _month(found[1])):
            return _made(found[3], month, found[2], cell)
        raise NoDay(cell)


def _short_day(cell: tuple[int, int, int], order: str) -> date:
    """The day of three small numbers, or ValueError.

    >>> _short_day((11, 27, 26), "mdy"), _short_day((26, 11, 27), "ymd")
    (datetime.date(2026, 11, 27), datetime.date(2026, 11, 27))
    """
    places = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}[order]
    year, month, day = (cell[place] for place in places)
    if year not in _SHORT_YEARS:
        raise ValueError("no year")
    return date(2000 + year, month, day)


def _month(name: str) -> int:
    return _MONTHS.get(_folded(name), 0)


#: Two days somewhere in a line, as a preamble names its period.
_SPOTS = re.compile(
    r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    r"|\d{1,2}\.?(?: de)? [^\W\d]+\.?,?(?: de)? \d{4}|[^\W\d]+\.? \d{1,2},? \d{4}"
)


def days_in(lines: Iterable[str]) -> list[date]:
    """Every day that some lines name, in their order; days that could be two are left out.

    >>> days_in(['"July 8, 2025 - July 31, 2025"'])
    [datetime.date(2025, 7, 8), datetime.date(2025, 7, 31)]
    """
    found = []
    for line in lines:
        for spot in _SPOTS.findall(line):
            try:
                found.append(Days().day(spot))
            except NoDay:
                continue
    return found
