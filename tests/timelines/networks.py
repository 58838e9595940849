"""Plans drawn at random, and the same numbers worked out the slow, plain way."""

from math import inf
from typing import NamedTuple

from hypothesis import strategies as st

from webapp.timelines.critical_path import Link, Network, Node, Slot

KINDS = st.sampled_from(["fs", "fs", "ss"])
LAGS = st.integers(-30, 30)
LENGTHS = st.integers(0, 50)
MAYBE = st.none() | st.integers(-20, 200)
FIXED = (
    st.none()
    | st.none()
    | st.tuples(st.integers(-50, 100), LENGTHS).map(lambda pair: (pair[0], sum(pair)))
)


class Plan(NamedTuple):
    """What a network is made of."""

    nodes: list[Node]
    links: list[Link]
    start: int

    def network(self) -> Network:
        return Network(*self)


@st.composite
def plans(draw: st.DrawFn, *, dues: bool = True) -> Plan:
    """Up to a dozen tasks whose keys are in no order, with links that lead forward."""
    keys = draw(st.permutations(range(draw(st.integers(1, 12)))))
    due = MAYBE if dues else st.none()
    nodes = [Node(k, draw(LENGTHS), draw(MAYBE), draw(due), draw(FIXED)) for k in keys]
    pairs = [(a, b) for n, a in enumerate(keys) for b in keys[n + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=20)) if pairs else []
    links = {
        (a, b, kind): Link(a, b, kind, draw(LAGS)) for a, b in chosen for kind in [draw(KINDS)]
    }
    return Plan(draw(st.permutations(nodes)), list(links.values()), draw(st.integers(-10, 10)))


def naive(plan: Plan, finish: int | None = None) -> dict[int, Slot]:
    """Every slot, by relaxing every link as often as there are tasks: O(V × E)."""
    nodes = {node.key: node for node in plan.nodes}
    length = {k: n.fixed[1] - n.fixed[0] if n.fixed else n.minutes for k, n in nodes.items()}
    early = {
        k: n.fixed[0]
        if n.fixed
        else max(plan.start, -inf if n.not_before is None else n.not_before)
        for k, n in nodes.items()
    }
    live = [
        (a, b, lag + (length[a] if kind == "fs" else 0))
        for a, b, kind, lag in plan.links
        if not nodes[b].fixed
    ]
    for _ in nodes:
        for before, after, away in live:
            early[after] = max(early[after], early[before] + away)
    end = max(early[k] + length[k] for k in nodes) if finish is None else finish
    late = {k: min(end, inf if n.due is None else n.due) - length[k] for k, n in nodes.items()}
    for _ in nodes:
        for before, after, away in live:
            late[before] = min(late[before], late[after] - away)
    return {
        k: Slot(early[k], early[k] + length[k], late[k], late[k] + length[k], late[k] - early[k])
        for k in nodes
    }


def slots(network: Network, plan: Plan) -> dict[int, Slot]:
    """Every slot, as the network says."""
    return {node.key: network.slot(node.key) for node in plan.nodes}
