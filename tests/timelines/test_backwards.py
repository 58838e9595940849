"""Plans laid backwards: nothing begins before what it waits for, everything that must be done
before the target is, and the buffer stays free.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from webapp.playbooks import shipped
from webapp.timelines.backwards import Outline, Step, Wait, earliest_target, starts
from webapp.timelines.critical_path import Network, Node

DAY = 480
TARGET = 300 * DAY


def laid(outline, target=TARGET):
    """The plan as it is after laying: (network, pins)."""
    pins = starts(outline, target, DAY)
    nodes = [Node(step.key, step.minutes, not_before=pins[step.key]) for step in outline.steps]
    return Network(nodes, outline.links(), start=-(10**6)), pins


@st.composite
def outlines(draw):
    """Steps that wait for earlier ones only, the last but a few a milestone on the target."""
    count = draw(st.integers(1, 12))
    steps = [
        Step(
            key=key,
            title=f"Step {key}",
            estimate_minutes=draw(st.integers(0, 10 * DAY)),
            waits_for=[Wait(key=one) for one in draw(st.sets(st.integers(1, key - 1), max_size=3))]
            if key > 1
            else [],
        )
        for key in range(1, count + 1)
    ]
    release = Step(
        key=count + 1,
        title="Release",
        is_milestone=True,
        days_before=0,
        waits_for=[Wait(key=key) for key in range(1, count + 1)],
    )
    after = Step(
        key=count + 2, title="Wrap-up", estimate_minutes=DAY, waits_for=[Wait(key=count + 1)]
    )
    return Outline(buffer_minutes=draw(st.integers(0, 5)) * DAY, steps=[*steps, release, after])


@given(outline=outlines())
def test_everything_before_the_target_ends_with_the_buffer_to_spare(outline):
    network, _ = laid(outline)

    release = next(step for step in outline.steps if step.days_before == 0)
    ahead = [network.slot(wait.key).finish for wait in release.waits_for]
    assert max(ahead) == TARGET - outline.buffer_minutes
    assert network.slot(release.key).start == TARGET


@given(outline=outlines())
def test_what_follows_the_target_begins_with_it(outline):
    network, pins = laid(outline)

    assert pins[outline.steps[-1].key] is None
    assert network.slot(outline.steps[-1].key).start == TARGET


@given(outline=outlines(), now=st.integers(0, 100 * DAY))
def test_the_earliest_target_is_the_first_for_which_nothing_begins_in_the_past(outline, now):
    earliest = earliest_target(outline, now)

    for target, fits in ((earliest, True), (earliest - 1, False)):
        pins = starts(outline, target, DAY)
        assert all(pin is None or pin >= now for pin in pins.values()) is fits


def test_a_step_with_a_day_of_its_own_begins_there():
    outline = Outline(
        steps=[
            Step(key=1, title="Masters", estimate_minutes=DAY, days_before=20),
            Step(key=2, title="Report", estimate_minutes=DAY, days_before=-3),
        ]
    )

    assert starts(outline, TARGET, DAY) == {1: TARGET - 20 * DAY, 2: TARGET + 3 * DAY}


def test_what_leads_to_a_step_with_a_day_is_done_by_then():
    outline = Outline(
        steps=[
            Step(key=1, title="Masters", estimate_minutes=3 * DAY),
            Step(key=2, title="Delivered", is_milestone=True, days_before=20,
                 waits_for=[Wait(key=1)]),
        ]
    )  # fmt: skip

    assert starts(outline, TARGET, DAY)[1] == TARGET - 23 * DAY


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([Step(key=1, title="A"), Step(key=1, title="B")], "one key"),
        ([Step(key=1, title="A", waits_for=[Wait(key=9)])], "not there"),
        (
            [
                Step(key=1, title="A", waits_for=[Wait(key=2)]),
                Step(key=2, title="B", waits_for=[Wait(key=1)]),
            ],
            "wait for each other",
        ),
    ],
)
def test_an_outline_that_does_not_hang_together_is_refused(steps, words):
    with pytest.raises(ValidationError, match=words):
        Outline(steps=steps)


@pytest.mark.parametrize("playbook", shipped.PLAYBOOKS, ids=lambda one: one.key)
def test_a_shipped_playbook_keeps_its_buffer_and_its_order(playbook):
    network, pins = laid(playbook.plan)

    target = next(s for s in playbook.plan.steps if s.is_milestone and s.days_before == 0)
    ends = [network.slot(wait.key).finish for wait in target.waits_for]
    assert max(ends) <= TARGET - playbook.plan.buffer_minutes
    assert all(pin is None or network.slot(key).start == pin for key, pin in pins.items())
