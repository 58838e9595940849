"""100,000 rows of a report from the upload to the numbers, with people reading pages meanwhile:
seconds to the review, seconds to the imported days, the pages' p95, what it takes of memory and of
the processors (its pages' share included, the database server's not).
"""

import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import people
from tests.bench import serving
from tests.bench.ground import ON_PG, Raw, ready_app
from tests.bench.measure import Figures, against, medians, milliseconds, options, table
from tests.bench.reader import Reader, timed
from webapp.db import acting_for

ROWS = 100_000
CAMPAIGNS = 250
READERS = 2
BOUNDARY = "----drumbeat-bench"
PATIENCE_SECONDS = 300


def report(rows: int) -> bytes:
    """A Meta report by campaign and day, with its total."""
    head = "Campaign name,Day,Impressions,Link clicks,Amount spent (USD)"
    first = date(2025, 1, 1)
    lines = [
        f"Part {n % CAMPAIGNS:03},{first + timedelta(n // CAMPAIGNS)},{1000 + n % 700},"
        f"{10 + n % 40},{5 + n % 90}.{n % 100:02}"
        for n in range(rows)
    ]
    shown = sum(1000 + n % 700 for n in range(rows))
    clicks = sum(10 + n % 40 for n in range(rows))
    cents = sum((5 + n % 90) * 100 + n % 100 for n in range(rows))
    total = f",,{shown},{clicks},{cents // 100}.{cents % 100:02}"
    head += ",Reporting starts,Reporting ends"
    last = first + timedelta((rows - 1) // CAMPAIGNS)
    dated = [f"{line},{line.split(',')[1]},{line.split(',')[1]}" for line in lines]
    return "\n".join([head, f"{total},{first},{last}", *dated, ""]).encode("utf-8-sig")


class Beside(threading.Thread, ABC):
    """What goes on beside the import: `look` again and again, until it is ended."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = False
        self.failed: Exception | None = None

    def run(self) -> None:
        try:
            while not self.ended:
                self.look()
        except Exception as error:
            self.failed = error

    @abstractmethod
    def look(self) -> None:
        """One step."""


@contextmanager
def meanwhile(beside: Beside) -> Iterator[None]:
    """It goes on while the block runs and ends before the server does, so a failure of the block is
    told alone; its own failure is told too.
    """
    beside.start()
    try:
        yield
    finally:
        beside.ended = True
        beside.join()
    if beside.failed:
        raise beside.failed


class Memory(Beside):
    """The most the processes take together while it watches, reading processes included (MB). Of
    two looks the smaller counts: a process just begun still shows what its parent has.
    """

    def __init__(self, pids: list[int]) -> None:
        super().__init__()
        self.pids, self.most = pids, 0.0
        self.before = self.each()

    def look(self) -> None:
        time.sleep(0.05)
        now, before = self.each(), self.before
        self.most = max(self.most, sum(min(now[pid], before.get(pid, 0)) for pid in now) / 1e6)
        self.before = now

    def now(self) -> float:
        return sum(self.each().values()) / 1e6

    def each(self) -> dict[int, int]:
        return {pid: resident(pid) for pid in family(self.pids)}


def family(pids: list[int]) -> Iterator[int]:
    """The processes and everything they started."""
    for pid in pids:
        yield pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            continue
        for folder in Path(f"/proc/{pid}/task").glob("*"):
            try:
                children += (folder / "children").read_text().split()
            except OSError:
                continue
        yield from family([int(child) for child in dict.fromkeys(children)])


def resident(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of the processes and of every child of theirs, ended ones included."""
    ticks = 0
    for pid in family(pids):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


class Bench:
    def __init__(self, rows: int) -> None:
        app, self.raw = ready_app(), Raw()
        self.content = report(rows)
        with app.app_context():
            self.team = people.found_team(app)
            with acting_for(self.team.id):
                self.campaign_ids = [
                    people.draft(self.team, name=f"Import {n}", currency="USD").id for n in range(8)
                ]

    def run(self) -> dict[str, Figures]:
        with ExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="drumbeat-bench-"))
            served = stack.enter_context(serving.product(Path(folder)))
            person = Reader(served.url).sign_in("alice@example.com")
            readers = [Reader(served.url).sign_in("bob@example.com") for _ in range(READERS)]
            timed(readers, 20, "/campaigns")
            quiet, _ = timed(readers, 40, "/campaigns")
            pids = [one.pid for one in served.processes]
            memory, cpu = Memory(pids), cpu_seconds(pids)
            before, pages = memory.now(), Pages(readers)
            with meanwhile(memory), meanwhile(pages):
                figures = self.imported(person, self.campaign_ids.pop())
            cpu = cpu_seconds(pids) - cpu
        figures |= {"more MB": memory.most - before, "CPU s": cpu}
        return {
            "the import": figures,
            "pages before": milliseconds(quiet),
            "pages meanwhile": milliseconds(pages.lags),
        }

    def imported(self, person: Reader, campaign_id: int) -> Figures:
        path = f"/campaigns/{campaign_id}/imports"
        began = time.perf_counter()
        batch_id = upload(person, path, self.content)
        taken = time.perf_counter()
        self.until(batch_id, "review")
        staged = time.perf_counter()
        (version,) = self.raw.run(f"SELECT version FROM import_batch WHERE id = {batch_id}")[0]
        # The review asks whether days that spend more than planned are right: a small draft's are.
        form = {"version": str(version), "accepted": "1"}
        person.conn.close()  # the server may have ended it: reading took a while
        status = person.post(f"{path}/{batch_id}/commit", **form)
        assert status == 303, f"the commit answered {status}"
        self.until(batch_id, "committed")
        done = time.perf_counter()
        return {
            "upload s": taken - began,
            "read s": staged - taken,
            "apply s": done - staged,
            "in all s": done - began,
        }

    def until(self, batch_id: int, state: str) -> None:
        limit = time.monotonic() + PATIENCE_SECONDS
        while True:
            (now,) = self.raw.run(f"SELECT state FROM import_batch WHERE id = {batch_id}")[0]
            if now == state:
                return
            assert now in ("reading", "committing", "review"), f"the import is {now}"
            assert time.monotonic() < limit, f"the import is still {now}"
            time.sleep(0.1)


class Pages(Beside):
    """People who read a page now and then, as long as the import takes."""

    def __init__(self, readers: list[Reader]) -> None:
        super().__init__()
        self.readers = readers
        self.lags: list[float] = []

    def look(self) -> None:
        lags, _ = timed(self.readers, 2, "/campaigns")
        self.lags += lags
        time.sleep(0.1)


def upload(person: Reader, path: str, content: bytes) -> int:
    """Send the file as a browser does; answers the batch's id."""
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
        f"{person.token}\r\n--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="file"; filename="report.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = parts.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    headers = {
        "Accept": "text/html",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Cookie": cookies,
        "X-Forwarded-For": person.address,
    }
    person.conn.request("POST", path, body, headers)
    answer = person.conn.getresponse()
    answer.read()
    assert answer.status == 303, f"the upload answered {answer.status}"
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def main() -> None:
    asked = options()
    rows = int(ROWS * asked.scale)
    bench = Bench(rows)
    runs = [bench.run() for _ in range(asked.runs)]
    figures = {name: medians([one[name] for one in runs]) for name in runs[0]}
    where = "PostgreSQL, a worker beside" if ON_PG else "one process"
    print(f"A report of {rows:,} rows, {len(bench.content) / 1e6:.1f} MB; {where}")
    table("The import", {"seconds": figures.pop("the import")})
    table(f"Pages, {READERS} readers", figures)
    against("p95 ms meanwhile", figures["pages meanwhile"]["p95 ms"], "100")


if __name__ == "__main__":
    main()
