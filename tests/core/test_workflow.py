"""State machines: a table that makes no sense is refused when it is imported."""

import pytest

from webapp.campaigns.workflow import lifecycle
from webapp.core.errors import IllegalTransition
from webapp.core.workflow import Move, StateMachine

DOOR = StateMachine(
    "door",
    "shut",
    [
        Move("open", ("shut",), "ajar", "door.opened"),
        Move("shut", ("ajar",), "shut", "door.shut", automatic=True),
        Move("remove", ("shut", "ajar"), "gone", "door.removed", asked_by="door.removal"),
    ],
)


def test_a_state_nothing_leads_to_is_refused():
    with pytest.raises(ValueError, match="nothing leads to"):
        StateMachine("door", "shut", [Move("close", ("ajar",), "shut", "door.shut")])


def test_a_move_that_starts_nowhere_is_refused():
    with pytest.raises(ValueError, match="starts nowhere"):
        StateMachine("door", "shut", [Move("open", (), "ajar", "door.opened")])


def test_a_move_declared_twice_from_one_state_is_refused():
    moves = [Move("open", ("shut",), to, "door.opened") for to in ("ajar", "wide")]

    with pytest.raises(ValueError, match="declared twice"):
        StateMachine("door", "shut", moves)


def test_one_name_may_lead_elsewhere_from_another_state():
    machine = StateMachine(
        "door",
        "shut",
        [
            Move("push", ("shut",), "ajar", "door.pushed"),
            Move("push", ("ajar",), "wide", "door.pushed"),
        ],
    )

    assert machine.fire("push", "ajar").to == "wide"


def test_a_step_says_where_from_where_to_and_its_event():
    step = DOOR.fire("open", "shut")

    assert (step.move, step.was, step.to, step.event) == ("open", "shut", "ajar", "door.opened")


def test_a_move_from_the_wrong_state_is_refused_in_words():
    with pytest.raises(IllegalTransition, match="Cannot open a door that is ajar"):
        DOOR.fire("open", "ajar")


def test_a_move_of_the_gate_needs_its_kind():
    with pytest.raises(IllegalTransition, match="once its request is approved"):
        DOOR.fire("remove", "shut", asked_by="door.painting")

    assert DOOR.fire("remove", "shut", asked_by="door.removal").to == "gone"


def test_only_what_a_person_may_choose_is_offered():
    assert [move.name for move in DOOR.offered("shut")] == ["open"]
    assert DOOR.offered("ajar") == []


def test_a_state_without_a_way_out_is_final():
    assert DOOR.is_final("gone")
    assert not DOOR.is_final("ajar")


def test_every_closed_campaign_state_is_final():
    closed = {state for state in lifecycle.states if lifecycle.is_final(state)}

    assert closed == {"completed", "cancelled", "failed"}
