"""The critical path of 10,000 tasks, whole and after one edit; beside relaxing every link until
nothing moves, which is the least one can write. The garbage collector rests while a figure is
taken, as in `timeit`.

Two networks: a year of campaigns, each a plan of its own with a few hand-overs between them; and
one plan of so many tasks in layers, where an edit reaches far.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from operator import attrgetter
from random import Random

from tests.bench.measure import Figures, against, interleaved, milliseconds, options, ratio, table
from webapp.timelines.critical_path import Cycle, Link, Network, Node

TASKS = 10_000
TASKS_A_CAMPAIGN = 50
TASKS_A_LAYER = 100
EDITS = 2_000
EDITS_THE_PEER_MAKES = 10
WHOLE_MS, EDIT_MS = 25, 1
LENGTHS = (60, 120, 240, 480, 480, 960, 2400)
LAGS = (0, 0, 0, 0, 480, -120)

Plan = tuple[list[Node], list[Link]]
Edit = Callable[[], object]


def main() -> None:
    asked = options()
    count = int(TASKS * asked.scale)
    for title, plan in (("campaigns", campaigns(count)), ("one plan", layers(count))):
        nodes, links = plan
        network, floats = Network(*plan), relaxed(*plan)
        assert floats == {key: network.slot(key).float for key in floats}
        words = f"{title}: {len(nodes):,} tasks, {len(links) / len(nodes):.2f} links each"
        figures = interleaved(
            asked.runs,
            {
                "the whole": lambda plan=plan: whole(plan),
                "  by relaxation": lambda plan=plan: milliseconds([cpu(lambda: relaxed(*plan))]),
                "an edit": lambda plan=plan: edits(plan, EDITS),
                "  by a new network": lambda plan=plan: edits(
                    plan, EDITS_THE_PEER_MAKES, anew=True
                ),
            },
        )
        table(f"{words}; CPU", figures)
        found, edit = figures["the whole"]["p50 ms"], figures["an edit"]["p50 ms"]
        against("the whole, ms", found, f"at most {WHOLE_MS}")
        against("an edit, p50 ms", edit, f"less than {EDIT_MS}")
        ratio("the whole / by relaxation", found, figures["  by relaxation"]["p50 ms"])
        ratio("a new network / an edit", figures["  by a new network"]["p50 ms"], edit)


def campaigns(count: int) -> Plan:
    """Plans of fifty tasks, numbered as people thought of them, not in the order of the work; one
    in ten waits for a task of an earlier campaign.
    """
    random = Random(1)
    nodes, links = [], []
    for first in range(0, count, TASKS_A_CAMPAIGN):
        keys = random.sample(range(first, first + TASKS_A_CAMPAIGN), TASKS_A_CAMPAIGN)
        nodes += [_task(random, key, not_before=first * 10) for key in sorted(keys)]
        for place, key in enumerate(keys):
            links += _links(random, key, keys[max(0, place - 6) : place])
        if first and random.random() < 0.1:
            links.append(Link(random.randrange(first), random.choice(keys)))
    return nodes, sorted(links, key=attrgetter("after"))


def layers(count: int) -> Plan:
    """One plan; each task waits for some of the layer before."""
    random = Random(2)
    nodes, links = [], []
    for key in range(count):
        first = key // TASKS_A_LAYER * TASKS_A_LAYER
        nodes.append(_task(random, key))
        links += _links(random, key, range(max(0, first - TASKS_A_LAYER), first))
    return nodes, links


def _task(random: Random, key: int, not_before: int | None = None) -> Node:
    due = key * 10 + 20_000 if random.random() < 0.1 else None
    return Node(key, random.choice(LENGTHS), not_before, due)


def _links(random: Random, key: int, earlier: Sequence[int]) -> Iterator[Link]:
    chosen = random.sample(earlier, min(len(earlier), random.choice((1, 2))))
    for before in chosen:
        kind = "ss" if random.random() < 0.1 else "fs"
        yield Link(before, key, kind, random.choice(LAGS))


def whole(plan: Plan) -> Figures:
    """Every start, finish, tail and limit, and when the plan finishes."""
    return milliseconds([cpu(lambda: Network(*plan)) for _ in range(5)])


def edits(plan: Plan, count: int, *, anew: bool = False) -> Figures:
    """A task gets another length or date, or waits for one more or one less; then the finish and
    the task's own float are asked for.
    """
    random, network, lags = Random(3), Network(*plan), []
    for _ in range(count):
        key = random.randrange(len(plan[0]))
        edit = _edit(random, network, key)

        def act(key: int = key, edit: Edit = edit) -> Network:
            with suppress(Cycle):  # a link that is refused is an edit too
                edit()
            now = Network(*plan) if anew else network
            now.slot(key)
            return now

        lags.append(cpu(act))
    return milliseconds(lags)


def _edit(random: Random, network: Network, key: int) -> Edit:
    match random.choice(("minutes", "minutes", "not_before", "link", "unlink")):
        case "minutes":
            minutes = random.choice(LENGTHS)
            return lambda: network.change(key, minutes=minutes)
        case "not_before":
            day = network.slot(key).start + random.choice((-480, 480))
            return lambda: network.change(key, not_before=day)
        case "unlink" if link := network.why(key).link:
            return lambda: network.unlink(link.before, link.after, link.kind)
        case _:
            before = max(0, key - random.randrange(1, 6))
            return lambda: before != key and network.link(before, key)


def relaxed(nodes: list[Node], links: list[Link]) -> dict[int, int]:
    """The float of every task, by going through all links until nothing moves."""
    length = {node.key: node.minutes for node in nodes}
    early = {node.key: node.not_before or 0 for node in nodes}
    ways = [(a, b, lag + (length[a] if kind == "fs" else 0)) for a, b, kind, lag in links]
    moved = True
    while moved:
        moved = False
        for before, after, away in ways:
            if early[before] + away > early[after]:
                early[after], moved = early[before] + away, True
    finish = max(early[key] + length[key] for key in early)
    late = {n.key: (finish if n.due is None else min(finish, n.due)) - n.minutes for n in nodes}
    moved = True
    while moved:
        moved = False
        for before, after, away in ways:
            if late[after] - away < late[before]:
                late[before], moved = late[after] - away, True
    return {key: late[key] - early[key] for key in early}


def cpu(work: Callable[[], object]) -> float:
    """Seconds of this process's processor time; what the work made is freed after."""
    gc.disable()
    began = time.process_time()
    made = work()
    took = time.process_time() - began
    gc.enable()
    del made
    return took


if __name__ == "__main__":
    main()
