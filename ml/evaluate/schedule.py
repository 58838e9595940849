"""Project schedules on PSPLIB instances: per cent above the best known makespans.

`--data` is a folder with `best_known.csv` (set,instance,lower_bound,best_known) and the `.sm` files
in a folder per set, or flat. The time limit of an instance is processor time.
"""

import csv
from argparse import ArgumentParser, Namespace
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from ml.scheduling.genetic import ProjectSearch
from ml.scheduling.project import read_psplib


def arguments(parser: ArgumentParser) -> None:
    """What this task takes besides `--seed`."""
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=1.0, help="processor time an instance")
    parser.add_argument("--sample", type=int, help="so many instances of each set, drawn by seed")


def evaluate(options: Namespace) -> dict[str, Any]:
    """`above_best_pct` over all and per set, the naive rule's beside it.

    Raises ValueError when no file of the folder has a best known makespan.
    """
    above: dict[str, list[float]] = {}
    naive: dict[str, list[float]] = {}
    for name, path, best in _instances(options.data, options.sample, options.seed):
        project = read_psplib(path.read_text())
        search = ProjectSearch(seconds=options.seconds, random_state=options.seed)
        found = search.schedule(project)
        above.setdefault(name, []).append(100 * (found.makespan / best - 1))
        naive.setdefault(name, []).append(100 * (found.baseline / best - 1))
    if not above:
        raise ValueError(f"{options.data} has no instance with a best known makespan")
    return {
        "above_best_pct": _mean_of_all(above),
        "sets": {name: round(mean(values), 3) for name, values in above.items()},
        "baselines": {
            "serial_lft": _mean_of_all(naive),
            **{f"serial_lft_{name}": round(mean(values), 3) for name, values in naive.items()},
        },
        "rows": sum(map(len, above.values())),
        "seconds_each": options.seconds,
    }


def _mean_of_all(values: dict[str, list[float]]) -> float:
    return round(mean(one for many in values.values() for one in many), 3)


def _instances(data: Path, sample: int | None, seed: int) -> list[tuple[str, Path, int]]:
    """Set, file and best known makespan; at most `sample` of each set."""
    sets: dict[str, list[tuple[str, Path, int]]] = {}
    for listing in sorted(data.rglob("best_known.csv")):
        with listing.open(newline="") as lines:
            for row in csv.DictReader(lines):
                name, file = row["set"], row["instance"]
                for path in (listing.parent / name / file, listing.parent / file):
                    if path.exists():
                        sets.setdefault(name, []).append((name, path, int(row["best_known"])))
                        break
    random = Random(seed)
    chosen = []
    for name in sorted(sets, key=lambda name: (len(name), name)):
        many = sets[name]
        chosen += many if sample is None else random.sample(many, min(sample, len(many)))
    return chosen
