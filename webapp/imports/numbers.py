"""How a column writes its numbers, told from all of its cells, and the exact values then. Pure.

A number's style belongs to a column, not to a cell: `1.234` alone is two numbers. What is written
for "nothing" or hides a small number is told apart from zero.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

#: Cells that say nothing: Google writes ` --`, TikTok `-`, lists are `[]`.
NOTHING = frozenset({"", "-", "--", "—", "–", "[]", "n/a", "N/A", "#N/A", "null"})
#: Digits a number may have before it is an id.
MOST_DIGITS = 18
#: Cells that a column remembers.
MOST_SEEN = 2_000

_SPACES = " \u00a0\u202f\u2009'’"
_NUMBER = re.compile(rf"[0-9][0-9.,{_SPACES}]*|[.,][0-9]+")
_MASKED = re.compile(r"^[<>≤≥]\s*[0-9]")
_SIGNS = "$€£¥￥₹₩₺₽₱฿₫₪₦₴"
_BEFORE = re.compile(rf"^[A-Za-z]{{0,3}}\s*[{_SIGNS}]|^[A-Z]{{3}}\s|^Rp\s?|^S/\.?\s?|^kr\s?|^zł\s?")
_AFTER = re.compile(rf"\s*(?:[A-Z]{{0,3}}[{_SIGNS}]|[A-Z]{{3}}|kr\.?|zł|Kč|Ft|%)$")
_GROUPS = re.compile(rf"^[0-9]{{1,3}}(?:[.,{_SPACES}][0-9]{{2,3}})*[.,{_SPACES}][0-9]{{3}}$")


class NoNumber(ValueError):
    """A cell of a column of numbers that is none."""


@dataclass(frozen=True, slots=True)
class Style:
    """What separates the decimals; everything else between digits is a group mark."""

    decimal: str = "."

    def value(self, cell: str) -> Decimal | None:
        """The exact value, None for a cell that says nothing or hides a small number. Raises
        NoNumber.

        >>> Style(",").value("1.234,50 €"), Style().value("US$1,234.50"), Style().value(" --")
        (Decimal('1234.50'), Decimal('1234.50'), None)
        >>> Style().value("< 10%") is None, Style().value("-3")
        (True, Decimal('-3'))
        """
        body = core_of(cell)
        if body is None:
            return None
        sign, digits = body
        whole, mark, fraction = digits.rpartition(self.decimal)
        if not mark:
            whole, fraction = digits, ""
        if not fraction.isdecimal() and fraction:
            raise NoNumber(cell)
        if not (bare := _ungrouped(whole)) and whole:
            raise NoNumber(cell)
        number = Decimal(f"{bare or '0'}.{fraction or '0'}" if mark else bare or "0")
        return -number if sign else number


def core_of(cell: str) -> tuple[bool, str] | None:
    """Whether it is negative, and its digits with their marks; None when the cell says nothing or
    hides a small number. Raises NoNumber for what is no number.
    """
    text = cell.strip()
    if text in NOTHING or _MASKED.match(text):
        return None
    if _NUMBER.fullmatch(text):  # nearly all of them
        return False, text
    negative, text = _signed(text)
    text = _AFTER.sub("", _BEFORE.sub("", text)).strip()
    if not negative:
        negative, text = _signed(text)
    if not _NUMBER.fullmatch(text):
        raise NoNumber(cell)
    return negative, text


def _signed(text: str) -> tuple[bool, str]:
    """Whether a number is negative, and the rest: `-3`, or as books have it, `(3)`."""
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1].strip()
    if text[:1] in ("-", "−"):
        return True, text[1:].strip()
    return False, text.removeprefix("+")


def is_masked(cell: str) -> bool:
    """Whether a cell hides a small number, as `<5`."""
    return bool(_MASKED.match(cell.strip()))


def _ungrouped(whole: str) -> str:
    """The digits of a whole number, '' when its marks do not group thousands (or lakhs)."""
    if whole.isdecimal():
        return whole
    if not _GROUPS.match(whole):
        return ""
    marks = set(re.sub("[0-9]", "", whole))
    return re.sub("[^0-9]", "", whole) if len(marks) == 1 else ""


@dataclass(slots=True)
class Evidence:
    """What the cells of one column say together. Feed every cell with `see`; one that is in `seen`
    says nothing new.
    """

    numbers: int = 0
    nothings: int = 0
    others: int = 0
    longest: int = 0
    percents: int = 0
    symbols: set[str] = field(default_factory=set)
    says: dict[str, int] = field(default_factory=lambda: {".": 0, ",": 0})
    groups: dict[str, int] = field(default_factory=lambda: {".": 0, ",": 0})
    ambiguous: dict[str, int] = field(default_factory=lambda: {".": 0, ",": 0})
    only_nothing: bool = True
    hides: bool = False
    seen: set[str] = field(default_factory=set)

    def see(self, cell: str) -> None:
        """One more cell."""
        if cell in self.seen:
            return
        if len(self.seen) < MOST_SEEN:
            self.seen.add(cell)
        try:
            body = core_of(cell)
        except NoNumber:
            self.others += 1
            self.only_nothing = False
            return
        if body is None:
            self.nothings += 1
            self.hides = self.hides or is_masked(cell)
            return
        self.only_nothing = False
        self.numbers += 1
        digits = body[1]
        if not digits.isdecimal():
            self._weigh(digits)
        else:
            self.longest = max(self.longest, len(digits))
        if not cell[0].isdecimal() or not cell[-1].isdecimal():
            self._note_symbol(cell.strip())

    def _weigh(self, digits: str) -> None:
        marks = [char for char in digits if char in ".,"]
        if not marks:
            return
        last = marks[-1]
        after = digits.rpartition(last)[2]
        before = digits.partition(last)[0]
        if len(set(marks)) == 2:
            self.says[last] += 1
            self.groups[marks[0]] += 1
        elif len(marks) > 1:
            self.groups[last] += 1
        elif len(after) != 3 or len(before) > 3 or before in ("", "0") or not before.isdecimal():
            self.says[last] += 1
        else:
            self.ambiguous[last] += 1

    def _note_symbol(self, text: str) -> None:
        if text.endswith("%"):
            self.percents += 1
        found = _BEFORE.search(text) or _AFTER.search(text)
        if found and (symbol := found.group().strip()) != "%":
            self.symbols.add(symbol)

    @property
    def is_number(self) -> bool:
        """Whether it is a column of numbers, and no column of ids."""
        return self.numbers > 0 and self.others == 0 and self.longest <= MOST_DIGITS

    @property
    def decimal(self) -> str:
        """The decimal mark its own cells prove: '.' or ',', '' when they prove none, '?' when they
        contradict each other.
        """
        proofs = {
            mark
            for mark, other in ((".", ","), (",", "."))
            if self.says[mark] or self.groups[other]
        }
        return proofs.pop() if len(proofs) == 1 else "?" if proofs else ""

    @property
    def is_ambiguous(self) -> bool:
        """Whether some cell reads as two numbers and no cell of the column decides."""
        return self.decimal == "" and any(self.ambiguous.values())
