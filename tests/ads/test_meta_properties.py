"""Whatever a Meta report holds: its sums are its total, and its order does not matter."""

import contextlib
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.ads.meta_files import as_bytes, days, read, read_bytes
from webapp.core import money
from webapp.imports.decoding import Unreadable

CENTS = st.integers(0, 10**9)


@st.composite
def reports(draw, *, places=2):
    """Rows of distinct campaigns and days, amounts with so many decimals."""
    keys = draw(
        st.lists(
            st.tuples(
                st.sampled_from(("Winter", "Spring | still", "Herbst, “neu”")), st.integers(1, 28)
            ),
            min_size=1,
            max_size=25,
            unique=True,
        )
    )
    return [
        (
            name,
            f"2026-03-{day:02}",
            str(draw(st.integers(0, 10**6))),
            str(draw(st.integers(0, 10**4))),
            f"{Decimal(draw(CENTS)).scaleb(-places):f}",
        )
        for name, day in keys
    ]


def total_of(rows):
    return (
        "",
        "",
        str(sum(int(row[2]) for row in rows)),
        str(sum(int(row[3]) for row in rows)),
        f"{sum((Decimal(row[4]) for row in rows), Decimal()):f}",
    )


@given(reports(), st.integers(0, 25))
def test_sums_are_the_total_to_the_minor_unit_and_the_total_is_never_a_fact(rows, place):
    total = total_of(rows)

    report = read([*rows[:place], total, *rows[place:]])

    cents = sum(money.to_minor(fact.spend, "EUR") for fact in report.facts)
    assert cents == money.to_minor(Decimal(total[4]), "EUR")
    assert sum(fact.impressions for fact in report.facts) == int(total[2])
    assert len(report.facts) == len(rows)
    assert not report.rejects


@given(reports(places=8))
def test_amounts_finer_than_the_minor_unit_keep_their_exact_sum(rows):
    report = read([total_of(rows), *rows])

    assert sum(fact.spend for fact in report.facts) == Decimal(total_of(rows)[4])


@given(reports(), st.randoms(use_true_random=False))
def test_shuffled_rows_are_the_same_report(rows, random):
    shuffled = [total_of(rows), *rows]
    random.shuffle(shuffled)

    assert days(read(shuffled)) == days(read([total_of(rows), *rows]))


@given(reports(), st.data())
def test_a_missing_row_never_passes_unless_it_held_nothing(rows, data):
    index = data.draw(st.integers(0, len(rows) - 1))
    held = any(int(cell) for cell in rows[index][2:4]) or Decimal(rows[index][4]) > 1
    left = [row for number, row in enumerate(rows) if number != index]

    try:
        read([total_of(rows), *left])
        refused = False
    except Unreadable:
        refused = True

    assert refused or not held


@given(st.binary(max_size=2000))
def test_bytes_of_any_kind_are_read_or_refused_in_words(content):
    words, facts = "", []
    try:
        facts = read_bytes(content).facts
    except Unreadable as refused:
        words = str(refused)

    assert words.endswith(".") or facts
    assert all(fact.campaign for fact in facts)


@given(st.lists(st.lists(st.text(max_size=12), min_size=7, max_size=7), max_size=12))
def test_cells_of_any_kind_are_read_or_refused_in_words(cells):
    with contextlib.suppress(Unreadable):
        report = read_bytes(as_bytes(cells))

        assert all(fact.campaign and fact.spend >= 0 for fact in report.facts)
