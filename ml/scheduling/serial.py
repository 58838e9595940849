"""Serial schedule generation, and justification, on packed numbers.

Finishes are in the bits of `Packed`. An order has every activity after its predecessors (forward)
or after its successors (backward, time running from the end).
"""

from ml.scheduling.project import Packed


def generate(packed: Packed, order: list[int], waits_for: list[list[int]]) -> list[int]:
    """Each activity in turn as early as what it waits for and the resources allow (Kelley 1963).

    Answers the finish of each. One test covers every resource in every period of an activity; the
    next try begins behind the last period that was too full.
    """
    length, probe, use, guard = packed.length, packed.probe, packed.use, packed.guard
    low = packed.width - 1
    high = ~low
    finish = [0] * packed.count
    used = 0
    for number in order:
        start = 0
        for other in waits_for[number]:
            end = finish[other]
            if end > start:
                start = end
        ahead = used >> start
        asked, guards = probe[number], guard[number]
        full = (ahead + asked) & guards
        while full:
            jump = (full.bit_length() + low) & high
            start += jump
            ahead >>= jump
            full = (ahead + asked) & guards
        used += use[number] << start
        finish[number] = start + length[number]
    return finish


def backward(packed: Packed, finish: list[int]) -> list[int]:
    """All as late as possible, the last to finish first; answers finishes of the mirrored time."""
    order = sorted(packed.reversed, key=finish.__getitem__, reverse=True)
    return generate(packed, order, packed.successors)


def forward(packed: Packed, mirrored: list[int]) -> list[int]:
    """And as early as possible again: never longer than before (Valls, Ballestín, Quintanilla)."""
    order = sorted(packed.topological, key=mirrored.__getitem__, reverse=True)
    return generate(packed, order, packed.predecessors)


def latest_finish_first(packed: Packed) -> list[int]:
    """The order by latest finish in the critical path: the naive rule searches are measured by."""
    latest = [length - tail for length, tail in zip(packed.length, packed.tail, strict=True)]
    return sorted(packed.topological, key=latest.__getitem__)
