"""From `git clone` to a served sign-in page, as a newcomer does it: nothing installed but git and
Python, an empty home (so no package cache), pip. What is committed is measured, nothing else.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.bench.ground import ROOT
from tests.bench.measure import against
from tests.served import free_port

LIMIT_SECONDS = 90
PATIENCE_SECONDS = 600


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder:
        home = Path(folder, "home")
        home.mkdir()
        port = free_port()
        # Only what a package index behind a proxy needs is kept; uv would be quicker than pip.
        kept = {k: v for k, v in os.environ.items() if k.startswith("PIP_") or "proxy" in k.lower()}
        own = {"HOME": str(home), "PORT": str(port), "PATH": _path_without_uv()}
        began = time.monotonic()
        clone = Path(folder, "drumbeat")
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        cloned = time.monotonic() - began
        process = subprocess.Popen(
            ["./dev", "run"], cwd=clone, env=kept | own, start_new_session=True
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/login", process)
            served = time.monotonic() - began
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
    print(f"cloned after {cloned:.1f} s")
    against("seconds to a served page", served, f"at most {LIMIT_SECONDS}")


def _path_without_uv() -> str:
    every = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(
        one for one in every if ".venv" not in one and not Path(one, "uv").exists()
    )


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, f"./dev run ended with {process.returncode}"
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(url, timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"no page after {PATIENCE_SECONDS} s")


if __name__ == "__main__":
    main()
