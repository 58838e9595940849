"""The critical path, against relaxing every link until nothing moves."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timelines.networks import FIXED, KINDS, LAGS, LENGTHS, MAYBE, Plan, naive, plans, slots
from webapp.timelines.critical_path import Binding, Cycle, Link, Network, Node

EDITS = st.fixed_dictionaries(
    {}, optional={"minutes": LENGTHS, "not_before": MAYBE, "due": MAYBE, "fixed": FIXED}
)


def record() -> Network:
    """Master, then pressing and (a day after its start) a video, then the release."""
    return Network(
        [Node(1, 30), Node(2, 100), Node(3, 50), Node(4, 10)],
        [Link(1, 2), Link(1, 3, "ss", 10), Link(2, 4), Link(3, 4)],
    )


@given(plan=plans())
def test_every_slot_is_what_plain_relaxation_finds(plan):
    network, expected = plan.network(), naive(plan)

    assert slots(network, plan) == expected
    assert network.finish == max(slot.finish for slot in expected.values())


@given(plan=plans())
def test_critical_is_whatever_has_no_float_in_order_of_time(plan):
    network, expected = plan.network(), naive(plan)

    critical = network.critical()

    assert set(critical) == {key for key, slot in expected.items() if slot.float <= 0}
    starts = [expected[key].start for key in critical]
    assert starts == sorted(starts)
    assert all(network.slot(key).is_critical for key in critical)


@given(plan=plans())
def test_there_is_always_a_critical_task(plan):
    assert plan.network().critical()


@given(plan=plans(dues=False))
def test_without_due_dates_no_float_is_negative(plan):
    assert min(slot.float for slot in slots(plan.network(), plan).values()) == 0


@given(plan=plans())
def test_nothing_starts_before_its_predecessors_allow(plan):
    network, begun = plan.network(), {node.key for node in plan.nodes if node.fixed}

    for link in plan.links:
        if link.after not in begun:
            before, after = network.slot(link.before), network.slot(link.after)
            early, late = (
                (before.finish, before.late_finish)
                if link.kind == "fs"
                else (before.start, before.late_start)
            )
            assert after.start >= early + link.lag
            assert after.late_start >= late + link.lag


@given(plan=plans())
def test_what_is_fixed_stays_whatever_comes_before_it(plan):
    network = plan.network()

    for node in plan.nodes:
        if node.fixed:
            assert network.slot(node.key)[:2] == node.fixed
            assert network.latest(999)[node.key] == node.fixed[0]


@given(plan=plans(), data=st.data())
def test_after_any_edits_it_says_what_a_fresh_one_says(plan, data):
    network, keys = plan.network(), sorted(node.key for node in plan.nodes)
    for _ in range(data.draw(st.integers(1, 8))):
        was = slots(network, plan)

        moved, plan = _edit(network, plan, data)

        now = slots(network, plan)
        assert now == naive(plan)
        assert moved == {key for key in keys if now[key][:2] != was[key][:2]}
        assert network.finish == plan.network().finish
        assert set(network.critical()) == set(plan.network().critical())


def _edit(network: Network, plan: Plan, data: st.DataObject) -> tuple[set[int], Plan]:
    """One edit of the network; what it answered, and the plan with the same edit."""
    nodes, links = {node.key: node for node in plan.nodes}, list(plan.links)
    keys = st.sampled_from(sorted(nodes))
    match data.draw(st.sampled_from(["change", "link", "unlink"] if links else ["change", "link"])):
        case "change":
            key, fields = data.draw(keys), data.draw(EDITS)
            nodes[key] = nodes[key]._replace(**fields)
            moved = network.change(key, **fields)
        case "unlink":
            gone = links.pop(data.draw(st.integers(0, len(links) - 1)))
            moved = network.unlink(*gone[:3])
        case _:
            new = Link(data.draw(keys), data.draw(keys), data.draw(KINDS), data.draw(LAGS))
            with_it = [*(link for link in links if link[:3] != new[:3]), new]
            cycle, moved = _refusal(lambda: network.link(*new))
            assert (cycle is None) == _can_be_ordered(nodes, with_it)
            assert cycle is None or _closes(cycle.keys, with_it)
            links = links if cycle else with_it
    return moved, Plan(list(nodes.values()), links, plan.start)


def _refusal(act: Callable[[], Any]) -> tuple[Cycle | None, Any]:
    """The cycle for which something is refused, and what it answers when it is not."""
    try:
        return None, act()
    except Cycle as cycle:
        return cycle, set()


def _closes(keys: tuple[int, ...], links: list[Link]) -> bool:
    """Whether each key is linked to the next and the last to the first, and none comes twice."""
    pairs = {link[:2] for link in links}
    around = zip(keys, (*keys[1:], keys[0]), strict=True)
    return len(set(keys)) == len(keys) and all(pair in pairs for pair in around)


def _can_be_ordered(keys: Iterable[int], links: list[Link]) -> bool:
    """Taking away what waits for none that is left, as often as there are tasks, leaves none."""
    left = set(keys)
    for _ in list(left):
        left &= {after for before, after, _, _ in links if before in left}
    return not left


@given(plan=plans(), finish=st.integers(-50, 500))
def test_laid_backwards_everything_is_as_late_as_it_may_be(plan, finish):
    expected = {key: slot.late_start for key, slot in naive(plan, finish).items()}
    expected |= {node.key: node.fixed[0] for node in plan.nodes if node.fixed}

    assert plan.network().latest(finish) == expected


@given(plan=plans())
def test_the_chain_to_a_task_leads_without_a_gap_from_one_that_waits_for_none(plan):
    network = plan.network()

    for node in plan.nodes:
        chain = network.chain_to(node.key)
        assert chain[-1] == node.key
        assert network.why(chain[0]).link is None
        for before, after in pairwise(chain):
            link = network.why(after).link
            assert link in plan.links
            assert (link.before, link.after) == (before, after)
            mark = network.slot(before)[link.kind == "fs"]
            assert network.slot(after).start == mark + link.lag


@given(plan=plans())
def test_a_task_without_a_binding_link_starts_where_its_rule_says(plan):
    network = plan.network()

    for node in plan.nodes:
        marks = {
            "not_before": node.not_before,
            "start": plan.start,
            "fixed": (node.fixed or [0])[0],
        }
        rule = network.why(node.key).rule
        assert rule == "link" or network.slot(node.key).start == marks[rule]


def test_a_task_waits_for_its_own_date_when_that_is_the_latest():
    plan = record()

    assert plan.change(2, not_before=35) == {2, 4}
    assert plan.why(2) == Binding("not_before")


def test_a_link_that_binds_is_named_before_a_date_that_binds_too():
    plan = record()

    assert plan.change(2, not_before=30) == set()
    assert plan.why(2) == Binding("link", Link(1, 2))


def test_the_chain_of_the_last_task_is_the_critical_path():
    plan = record()

    assert plan.chain_to(4) == plan.critical() == [1, 2, 4]


def test_a_due_date_that_cannot_be_met_makes_those_before_it_late():
    plan = record()

    assert plan.change(3, due=45) == set()

    assert [plan.slot(key).float for key in (1, 3, 4)] == [-15, -15, 0]
    assert plan.critical() == [1, 3, 2, 4]


def test_a_due_date_after_the_finish_lowers_nothing():
    plan = record()

    plan.change(3, due=1000)

    assert plan.slot(3).float == 70


def test_a_task_with_float_may_grow_by_it_and_no_more():
    plan = record()

    plan.change(3, minutes=50 + plan.slot(3).float)
    assert (plan.finish, plan.slot(3).float) == (140, 0)

    plan.change(3, minutes=121)
    assert plan.finish == 141


def test_the_finish_comes_back_when_the_last_task_gets_shorter():
    plan = record()

    plan.change(2, minutes=0)

    assert plan.finish == 70
    assert plan.critical() == [1, 3, 4]


def test_work_that_began_early_does_not_wait_for_its_predecessor():
    plan = record()

    assert plan.change(2, fixed=(5, 80)) == {2, 4}

    assert plan.why(2) == Binding("fixed")
    assert plan.slot(1).float == 20
    assert plan.finish == 90


def test_work_that_began_as_planned_leaves_those_before_it_their_own_float():
    plan = record()

    assert plan.change(2, fixed=(30, 130)) == set()

    assert [plan.slot(key).float for key in (1, 2)] == [70, 0]


def test_a_negative_lag_lets_work_overlap_but_not_begin_before_the_start():
    plan = Network([Node(1, 10), Node(2, 5)], [Link(1, 2, "fs", -25)], start=100)

    assert plan.slot(2).start == 100
    assert plan.finish == 110


def test_linking_again_changes_the_lag():
    plan = record()

    assert plan.link(1, 3, "ss", 0) == {3}
    assert plan.unlink(1, 3, "ss") == set()
    with pytest.raises(ValueError, match="no ss link leads from task 1 to task 3"):
        plan.unlink(1, 3, "ss")


def test_a_plan_without_tasks_finishes_when_it_starts():
    plan = Network([], [], start=7)

    assert (plan.finish, plan.critical(), plan.latest(9)) == (7, [], {})


def test_a_link_that_closes_a_cycle_names_the_shortest_and_changes_nothing():
    plan = Network(
        [Node(key, 1) for key in range(5)],
        [Link(0, 1), Link(1, 2), Link(2, 3), Link(3, 4), Link(1, 4)],
    )

    with pytest.raises(Cycle) as refused:
        plan.link(4, 0)

    assert refused.value.keys == (0, 1, 4)
    assert plan.finish == 5
    assert plan.link(0, 4) == set()


def test_a_task_cannot_wait_for_itself():
    with pytest.raises(Cycle, match="1 → 1"):
        record().link(1, 1)


def test_a_network_with_cycles_names_the_shortest_through_the_first_it_finds():
    ring = [Link(key, (key + 1) % 6) for key in range(6)]
    behind = [Link(3, 6), Link(6, 7)]

    with pytest.raises(Cycle) as refused:
        Network([Node(key, 1) for key in range(8)], [*ring, Link(2, 1), *behind])

    assert set(refused.value.keys) == {1, 2}


@given(plan=plans(), data=st.data())
def test_a_network_is_refused_for_a_cycle_when_it_has_one_and_only_then(plan, data):
    keys = sorted(node.key for node in plan.nodes)
    ends = st.builds(Link, st.sampled_from(keys), st.sampled_from(keys))
    links = [*plan.links, *data.draw(st.lists(ends, max_size=10))]

    cycle, _ = _refusal(lambda: Network(plan.nodes, links))

    assert (cycle is None) == _can_be_ordered(keys, links)
    assert cycle is None or _closes(cycle.keys, links)


@pytest.mark.parametrize(
    ("nodes", "links", "words"),
    [
        ([Node(1, 5), Node(1, 6)], [], "task 1 is there twice"),
        ([Node(1, -5)], [], "less than no time"),
        ([Node(1, 5, fixed=(9, 8))], [], "finished before it started"),
        ([Node(1, 5)], [Link(1, 2)], "names task 2, which is not there"),
        ([Node(1, 5)], [Link(2, 1)], "names task 2, which is not there"),
    ],
)
def test_a_network_that_makes_no_sense_is_refused(nodes, links, words):
    with pytest.raises(ValueError, match=words):
        Network(nodes, links)


def test_an_edit_that_makes_no_sense_changes_nothing():
    plan = record()

    with pytest.raises(ValueError, match="less than no time"):
        plan.change(2, minutes=-1)
    with pytest.raises(ValueError, match="names task 9"):
        plan.link(1, 9)

    assert plan.slot(2)[:2] == (30, 130)
