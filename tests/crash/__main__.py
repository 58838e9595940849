"""`./dev crash NAME [WORLD]`: one scenario, in the worlds it is about; the last line of each says
PASS or FAIL with its numbers.
"""

import sys
import tempfile
import traceback
from pathlib import Path

from tests.crash.scenarios import SCENARIOS, Outcome


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in SCENARIOS:
        for name, scenario in SCENARIOS.items():
            print(f"{name:14} {scenario.about} ({', '.join(scenario.worlds)})")
        return 2 if arguments else 0
    name, wanted = arguments[0], arguments[1:]
    results = [run(name, world) for world in SCENARIOS[name].worlds if world in (wanted or [world])]
    return 0 if results and all(results) else 1


def run(name: str, world: str) -> bool:
    """Run one scenario in one world and print its line."""
    with tempfile.TemporaryDirectory(prefix="drumbeat-crash-") as folder:
        try:
            outcome = SCENARIOS[name].run(Path(folder), world)
        except Exception as error:
            traceback.print_exc()
            outcome = Outcome(broken=[f"{type(error).__name__}: {error}"])
    for words in outcome.broken:
        print(f"broken: {words}")
    figures = " ".join(f"{key}={value}" for key, value in outcome.figures.items())
    verdict = "FAIL" if outcome.broken else "PASS"
    print(f"SCENARIO {name} {verdict} world={world} {figures}", flush=True)
    return not outcome.broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
