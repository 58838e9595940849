"""`python -m tests.bench NAME`: runs a bench in each world it has, each in a process and with a
database of its own; without a name it lists them.

A process knows one broker and one bus, chosen by its environment: so a child per world.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import worlds
from tests.bench import exports, machine, measure
from tests.bench.ground import ROOT

#: name → (module, worlds, what it measures)
BENCHES = {
    "list": ("list_page", ("pg", "sqlite"), "the campaign list at 100,000 campaigns, 8 readers"),
    "live": ("live", ("pg", "sqlite"), "commit to the other browser's frame and DOM, 100 sockets"),
    "fanout": ("fanout", ("pg", "sqlite"), "one fragment to 1,000 pages, beside Socket.IO"),
    "timers": ("timers", ("pg", "sqlite"), "10,000 of 100,000 timers due at once; idle precision"),
    "bus": ("bus", ("pg", "sqlite"), "commit to policy and to hub; relay events per second"),
    "queue": ("queues", ("pg", "sqlite"), "pick-up and jobs per second (Redis, and in-process)"),
    "spend": ("spend", ("pg", "sqlite"), "a campaign's spend page, 2 years x 6 platforms"),
    "portfolio": ("portfolio", ("pg", "sqlite"), "home over 5,000,000 daily rows, warm"),
    "imports": ("import_rows", ("pg", "sqlite"), "100,000 rows read and applied, pages beside it"),
    "demo": ("demo", ("pg", "sqlite"), "a made-up team with three months of history"),
    "plan": ("plan", ("",), "the critical path of 10,000 tasks, whole and after an edit"),
    "assign": ("assign_plan", ("pg", "sqlite"), "a plan of 200 tasks for 12 people, proposed"),
    "timeline": ("plan_page", ("pg", "sqlite"), "the timeline's page of 200 tasks"),
    "schedule": ("schedule", ("pg", "sqlite"), "a week of the schedule at 1,000 campaigns"),
    "notify": ("notify", ("pg", "sqlite"), "due to handed over, 500 people; the inbox of 50,000"),
    "clone": ("clone", ("",), "a fresh clone to a served page"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=[*BENCHES, "all"], metavar="NAME")
    parser.add_argument("--world", choices=["pg", "sqlite"], help="only this world")
    parser.add_argument("--runs", type=int, default=3, help="interleaved runs; medians are shown")
    parser.add_argument("--scale", type=float, default=1.0, help="a fraction of the full size")
    parser.add_argument(
        "--data", help="imports: a folder of exports, with what is expected of them"
    )
    asked = parser.parse_args()
    if asked.name == "imports" and asked.data:
        return exports.verdicts(Path(asked.data))
    if asked.name is None:
        for name, (_, _, words) in BENCHES.items():
            print(f"  {name:11}{words}")
        return 0
    machine.describe()
    names = list(BENCHES) if asked.name == "all" else [asked.name]
    return max(_run(name, asked) for name in names)


def _run(name: str, asked: argparse.Namespace) -> int:
    module, in_worlds, words = BENCHES[name]
    worst = 0
    with tempfile.NamedTemporaryFile(prefix="drumbeat-bench-") as headlines:
        for world in in_worlds:
            if asked.world and world not in ("", asked.world):
                continue
            if world == "pg" and not worlds.servers_answer():
                print(f"\n{name}: PostgreSQL and Redis do not answer; not measured")
                continue
            where = f" on {machine.WORLD_WORDS[world]}" if world else ""
            print(f"\n== {name}{where}: {words}", flush=True)
            with _database(world) as environ:
                command = [sys.executable, "-u", "-m", f"tests.bench.{module}"]
                command += ["--runs", str(asked.runs), "--scale", str(asked.scale)]
                environ["BENCH_HEADLINES"] = headlines.name
                child = subprocess.run(command, cwd=ROOT, env=environ, check=False)
            worst = max(worst, child.returncode)
        measure.compare_worlds(headlines.name)
    return worst


@contextmanager
def _database(world: str) -> Iterator[dict[str, str]]:
    """The environment of one child, with a database that is gone afterwards."""
    own = {
        "ENV": "test",
        "SECRET_KEY": "only for benches, not secret at all",
        "SIGNUP": "open",
        "LOG_LEVEL": "ERROR",
        "ASSETS": "local",
        "BENCH_WORLD": world,
    }
    if world == "pg":
        name = worlds.database_name("bench")
        own |= {"DATABASE_URL": worlds.make_database(name), "REDIS_URL": machine.redis_url()}
        try:
            yield os.environ | own
        finally:
            worlds.drop_database(name)
    else:
        with tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder:
            own |= {"DATABASE_URL": f"sqlite:///{folder}/bench.db", "REDIS_URL": ""}
            yield os.environ | own


if __name__ == "__main__":
    sys.exit(main())
