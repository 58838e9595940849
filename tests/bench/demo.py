"""How long a demo takes, from its founding to this minute; and a second load, which finds
everything there.
"""

import time

from tests.bench.ground import ready_app
from tests.bench.measure import Figures, against, medians, options, table
from webapp.demo import cast, loading


def load(domain: str) -> float:
    began = time.perf_counter()
    loading.load(domain, zone="UTC")
    return time.perf_counter() - began


def main() -> None:
    asked = options()
    app, runs = ready_app(), list[Figures]()
    for number in range(asked.runs):
        with app.app_context():
            domain = cast.domain_of(number)
            runs.append({"first s": load(domain), "again s": load(domain)})
    figures = medians(runs)
    table(f"A demo, medians of {asked.runs}", {"loaded": figures})
    against("ready after s", figures["first s"], "10")


if __name__ == "__main__":
    main()
