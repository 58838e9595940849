"""`python -m ml.evaluate TASK ...`: judges one model beside its baselines.

Each task is a module with `arguments(parser)` and `evaluate(options)`; what the latter answers is
printed last, as one JSON object with at least `baselines`, `seconds` (processor time) and `rows`.
"""

import json
import sys
from argparse import ArgumentParser
from time import process_time

from ml.evaluate import assign, schedule

TASKS = {"assign": assign, "schedule": schedule}


def main(words: list[str]) -> int:
    """Run the task the first word names; 2 when there is none of that name."""
    name = words[0] if words else ""
    if name not in TASKS:
        print("Tasks:", file=sys.stderr)
        for known, module in TASKS.items():
            print(f"  {known:10} {(module.__doc__ or '').splitlines()[0]}", file=sys.stderr)
        return 0 if name in ("-h", "--help") else 2
    parser = ArgumentParser(prog=f"python -m ml.evaluate {name}", description=TASKS[name].__doc__)
    parser.add_argument("--seed", type=int, default=0)
    TASKS[name].arguments(parser)
    options = parser.parse_args(words[1:])
    began = process_time()
    try:
        result = TASKS[name].evaluate(options)
    except (OSError, ValueError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"task": name, **result, "seconds": round(process_time() - began, 2)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
