"""The product as it is deployed, beside a bench that has already filled its database: gunicorn with
the project's own settings, and the worker process where there is one.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.ground import ON_PG, ROOT
from tests.served import BIN, Served, free_port, wait_until_up


@contextmanager
def product(folder: Path, *, app: str = "wsgi:app") -> Iterator[Served]:
    """One gunicorn process with 8 threads; readers name their own addresses."""
    port = free_port()
    environ = os.environ | {
        "PORT": str(port),
        "PROXY_HOPS": "1",
        "WEB_CONCURRENCY": "1",
        "THREADS": "8",
        "LOG_LEVEL": "ERROR",
    }
    served = Served(f"http://127.0.0.1:{port}", environ, str(folder / "clock.json"))
    try:
        served.start(str(BIN / "gunicorn"), app)
        if ON_PG:
            served.start(sys.executable, "-m", "tasks.worker")
        wait_until_up(served)
        yield served
    finally:
        served.stop()


@contextmanager
def bare(module: str, **environ: str) -> Iterator[tuple[str, int]]:
    """A limit's WSGI module under the same kind of server; answers its address and process."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder:
        command = [str(BIN / "gunicorn"), "--chdir", str(ROOT), "-w", "1"]
        command += ["-k", "gthread", "--threads", "8", "--keep-alive", "95", "--log-level"]
        command += ["warning", "--no-control-socket", "-b", f"127.0.0.1:{port}", f"{module}:app"]
        # Started in an empty folder: the project's own gunicorn settings are not for it.
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environ)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_up(Served(url, {}, "", [process]))
            yield url, process.pid
        finally:
            process.terminate()
            process.wait(30)


def worker_of(master: int) -> int:
    """gunicorn's one worker process."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return int(children[0])


def cpu_seconds(pid: int) -> float:
    """User and system time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
