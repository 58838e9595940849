"""A campaign's spend page with two years on six platforms, as one and as eight readers get it from
one process; against the bare driver reading and adding the same facts.
"""

import tempfile
import time
from pathlib import Path

from tests.bench import serving
from tests.bench.ground import Raw
from tests.bench.history import History
from tests.bench.measure import (
    Figures,
    against,
    headline,
    interleaved,
    milliseconds,
    options,
    table,
)
from tests.bench.reader import Reader, timed

READERS = 8
LIMIT_MS = 60
FACTS = """
SELECT "on", ad_campaign_id, sum(spend_cents) FROM daily_result
WHERE team_id = {} AND campaign_id = 1 AND grain_key = '' GROUP BY "on", ad_campaign_id"""


def run(readers: list[Reader], each: int, path: str, worker: int) -> Figures:
    before = serving.cpu_seconds(worker)
    lags, took = timed(readers, each, path)
    spent = serving.cpu_seconds(worker) - before
    return {"pages/s": len(lags) / took, "CPU ms": spent / len(lags) * 1000} | milliseconds(lags)


def bare(raw: Raw, team_id: int, each: int) -> Figures:
    """The same facts through the driver alone, added in the database."""
    lags = []
    for _ in range(each):
        began = time.perf_counter()
        raw.run(FACTS.format(team_id))
        lags.append(time.perf_counter() - began)
    return milliseconds(lags)


def main() -> None:
    asked = options()
    desk = History(max(2, int(40 * asked.scale)))
    each = max(20, int(100 * asked.scale))
    path = "/campaigns/1/spend"
    with (
        tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder,
        serving.product(Path(folder)) as served,
    ):
        readers = [Reader(served.url).sign_in("alice@example.com") for _ in range(READERS)]
        worker = serving.worker_of(served.processes[0].pid)
        html = readers[0].page(path)
        assert html.count("h0.65v") > 100, "the page does not show two years"
        print(f"The page: {len(html) / 1024:.0f} KB, {readers[0].last_size / 1024:.1f} compressed")
        timed(readers, 5, path)
        figures = interleaved(
            asked.runs,
            {
                "one reader": lambda: run(readers[:1], each, path, worker),
                f"{READERS} readers": lambda: run(readers, each // 4, path, worker),
                "bare driver, the facts": lambda: bare(desk.raw, desk.team_id, each),
            },
        )
        table("Spend page, 2 years x 6 platforms", figures)
        against("p95 ms, one reader", figures["one reader"]["p95 ms"], f"under {LIMIT_MS}")
        headline(
            "spend: p95 of SQLite against PostgreSQL",
            figures["one reader"]["p95 ms"],
            "at most 1.5",
        )


if __name__ == "__main__":
    main()
