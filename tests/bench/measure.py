"""Interleaved runs, medians, percentiles, and the table they are printed in."""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from statistics import median

Figures = dict[str, float]


def options() -> argparse.Namespace:
    """What the parent passes to each bench: `runs` and `scale`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0)
    return parser.parse_args()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(lags: Sequence[float]) -> Figures:
    """p50, p95, p99 and the worst of lags in seconds, as milliseconds."""
    return {
        "p50 ms": percentile(lags, 0.50) * 1000,
        "p95 ms": percentile(lags, 0.95) * 1000,
        "p99 ms": percentile(lags, 0.99) * 1000,
        "max ms": max(lags) * 1000,
    }


def per_second(count: int, work: Callable[[], object]) -> Figures:
    """How many a second, and the CPU this process spent on each."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"per s": count / wall, "CPU us each": cpu / count * 1e6}


def interleaved(runs: int, contenders: dict[str, Callable[[], Figures]]) -> dict[str, Figures]:
    """Run each contender in turn, `runs` times over; answers the median of every figure."""
    seen: dict[str, list[Figures]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, run in contenders.items():
            seen[name].append(run())
    return {name: medians(figures) for name, figures in seen.items()}


def medians(runs: Sequence[Figures]) -> Figures:
    """The median of each figure over several runs."""
    return {key: median(one[key] for one in runs) for key in runs[0]}


def table(title: str, rows: dict[str, Figures]) -> None:
    """Print figures side by side."""
    columns = list(dict.fromkeys(key for figures in rows.values() for key in figures))
    width = max(len(name) for name in rows) + 2
    print(f"\n{title}\n{'':{width}}" + "".join(f"{column:>13}" for column in columns))
    for name, figures in rows.items():
        cells = (f"{_short(figures[c]):>13}" if c in figures else f"{'-':>13}" for c in columns)
        print(f"{name:{width}}" + "".join(cells))


def ratio(words: str, ours: float, limit: float, *, target: str = "") -> None:
    """Print a ratio of the same run."""
    print(f"{words}: {ours / limit:.2f}x" + (f" (target {target})" if target else ""))


def against(words: str, value: float, target: str) -> None:
    """Print a figure beside what was asked for."""
    print(f"{words}: {_short(value)} (target {target})")


def headline(words: str, value: float, target: str) -> None:
    """Keep a figure for the parent, which compares the worlds."""
    line = json.dumps([words, os.environ["BENCH_WORLD"], value, target])
    with open(os.environ["BENCH_HEADLINES"], "a", encoding="utf-8") as file:
        file.write(line + "\n")


def compare_worlds(path: str) -> None:
    """Print SQLite's figures against PostgreSQL's, where both were measured."""
    found: dict[str, dict[str, float]] = {}
    targets = {}
    with open(path, encoding="utf-8") as file:
        for words, world, value, target in map(json.loads, file):
            found.setdefault(words, {})[world] = value
            targets[words] = target
    for words, of in found.items():
        if len(of) == 2:
            ratio(f"\n{words}", of["sqlite"], of["pg"], target=targets[words])


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
