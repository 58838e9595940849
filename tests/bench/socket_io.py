"""Socket.IO beside the product, where npm can install it: one node process, one room, WebSocket
only, no compression, no adapter (so nothing but the fan-out is measured).
"""

import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.crowd import FILLING, Door
from tests.served import free_port

INSTALL_SECONDS = 180

SERVER = """
const http = require("http");
const { Server } = require("socket.io");
const filling = process.argv[3];
const server = http.createServer((request, answer) => {
  const asked = new URL(request.url, "http://x");
  if (asked.pathname === "/send") {
    let left = Number(asked.searchParams.get("times"));
    const every = 1000 * Number(asked.searchParams.get("every"));
    let due = performance.now();
    const send = () => {
      const at = ((performance.timeOrigin + performance.now()) / 1000).toFixed(6);
      io.to("team").emit("push", `<!--0--><p id='bench'>at=${at};${filling}</p>`);
      due += every;
      if (--left > 0) setTimeout(send, Math.max(0, due - performance.now()));
    };
    send();
  }
  answer.end(`ok ${io.engine.clientsCount}`);
});
const io = new Server(server, { transports: ["websocket"], pingInterval: 60000 });
io.on("connection", (socket) => socket.join("team"));
server.listen(Number(process.argv[2]), "127.0.0.1");
"""


class Peer:
    """A running Socket.IO server."""

    def __init__(self, port: int, pid: int, version: str) -> None:
        self.url, self.pid, self.version = f"http://127.0.0.1:{port}", pid, version
        path = "/socket.io/?EIO=4&transport=websocket"
        self.door = Door(f"127.0.0.1:{port}", path, is_engine_io=True)

    def ask(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return str(answer.read().decode())

    def send(self, times: int, every: float) -> None:
        self.ask(f"/send?times={times}&every={every}")


@contextmanager
def socket_io() -> Iterator[Peer | None]:
    """Socket.IO's server, or None where it cannot be installed."""
    if not (shutil.which("node") and shutil.which("npm")):
        print("no node or npm: Socket.IO is not measured")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as name:
        folder = Path(name)
        version = _install(folder)
        if not version:
            print("npm could not install socket.io: it is not measured")
            yield None
            return
        (folder / "server.js").write_text(SERVER)
        port = free_port()
        command = ["node", "server.js", str(port), FILLING]
        process = subprocess.Popen(command, cwd=folder)
        try:
            yield _when_up(Peer(port, process.pid, version))
        finally:
            process.terminate()
            process.wait(10)


def _install(folder: Path) -> str:
    """The version that was installed, or ''."""
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "socket.io@4"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=INSTALL_SECONDS, check=False
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    package = folder / "node_modules" / "socket.io" / "package.json"
    if done.returncode or not package.exists():
        return ""
    return package.read_text().partition('"version": "')[2].partition('"')[0]


def _when_up(peer: Peer) -> Peer:
    until = time.monotonic() + 15
    while True:
        try:
            peer.ask("/")
            return peer
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
