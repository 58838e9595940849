"""The product as a person would run it: real processes on a free port, in either world, with a
clock a test can move.
"""

import atexit
import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests import worlds
from webapp.core import clock

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@dataclass
class Served:
    """A running product: its address, its environment, its processes, its clock."""

    url: str
    environ: dict[str, str]
    clock_file: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    offset: float = 0.0

    def travel(self, seconds: float) -> None:
        """Move every process's clock."""
        self.offset += seconds
        clock.write_file(self.clock_file, self.offset)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        log = open(f"{self.clock_file}.{len(self.processes)}.log", "wb")  # noqa: SIM115
        process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        return process

    def logs(self) -> str:
        """What the processes wrote, for a test that fails."""
        paths = sorted(Path(self.clock_file).parent.glob("*.log"))
        return "\n".join(path.read_text(errors="replace")[-4000:] for path in paths)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=25)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _kept() -> dict[str, str]:
    return {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}


@functools.cache
def _migrated_file() -> Path:
    """A SQLite file with every migration behind it, made once a run and copied from then on."""
    folder = Path(tempfile.mkdtemp(prefix="drumbeat-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _migrate(f"sqlite:///{folder}/drumbeat.db")
    return folder / "drumbeat.db"


@functools.cache
def _migrated_database() -> str:
    """The same on PostgreSQL: the name of a database that others are made like."""
    name = worlds.database_name("template")
    atexit.register(worlds.drop_database, name)
    _migrate(worlds.make_database(name))
    return name


def _migrate(url: str) -> None:
    """As an operator does it."""
    settings = {"ENV": "test", "SECRET_KEY": "for tests only", "DATABASE_URL": url}
    migrated = subprocess.run(
        [str(BIN / "flask"), "--app", "wsgi", "db", "upgrade"],
        cwd=ROOT,
        env=_kept() | settings,
        capture_output=True,
        check=False,
    )
    assert migrated.returncode == 0, migrated.stderr.decode()[-4000:]


@contextlib.contextmanager
def served(folder: Path, *, world: str = worlds.WORLD, **environ: str) -> Iterator[Served]:
    """Start the product in a world of its own and wait until it answers.

    SQLite: one gunicorn process does everything. pg: gunicorn and one worker process.
    """
    port = free_port()
    name = worlds.database_name(f"served{port}")
    if world == "sqlite":
        shutil.copy(_migrated_file(), folder / "drumbeat.db")
        where = {"DATABASE_URL": f"sqlite:///{folder}/drumbeat.db", "REDIS_URL": ""}
    else:
        worlds.need_servers()
        url = worlds.make_database(name, like=_migrated_database())
        worlds.forget_requests()
        where = {"DATABASE_URL": url, "REDIS_URL": worlds.redis_url()}
    clock_file = str(folder / "clock.json")
    settings = {
        "ENV": "test",
        "PORT": str(port),
        "SECRET_KEY": "for tests only",
        "SIGNUP": "open",
        "LOG_LEVEL": "WARNING",
        "ASSETS": "cdn",
        "DRUMBEAT_CLOCK_FILE": clock_file,
    }
    environ = _kept() | settings | where | environ
    product = Served(f"http://127.0.0.1:{port}", environ, clock_file)
    try:
        product.start(str(BIN / "gunicorn"))
        if world == "pg":
            product.start(sys.executable, "-m", "tasks.worker")
        wait_until_up(product)
        yield product
    finally:
        product.stop()
        if world == "pg":
            worlds.drop_database(name)


def wait_until_up(product: Served, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{product.url}/health", timeout=2).close()
            return
        assert product.processes[0].poll() is None, product.logs()
        time.sleep(0.05)
    raise AssertionError(f"the product did not start:\n{product.logs()}")
