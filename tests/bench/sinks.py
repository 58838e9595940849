"""A mail server and a Slack on this machine that take everything and note when, by the words of the
subject or the text.
"""

import asyncio
import json
import threading
import time
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP

#: As long as a server nearby takes for an answer.
SLACK_SECONDS = 0.02


class Sinks:
    """Both, running; `taken` maps the words of what came to the moment it was here."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self._loop = asyncio.new_event_loop()
        made = self._loop.create_server(lambda: SMTP(self, hostname="sink"), "127.0.0.1", 0)
        server = self._loop.run_until_complete(made)
        self.mail_port = int(server.sockets[0].getsockname()[1])
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._slack = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._slack.request_queue_size = 256
        self.slack_port = int(self._slack.server_address[1])
        threading.Thread(target=self._slack.serve_forever, daemon=True).start()

    @property
    def slack_url(self) -> str:
        return f"http://127.0.0.1:{self.slack_port}/api/"

    @property
    def mail_url(self) -> str:
        return f"smtp://127.0.0.1:{self.mail_port}?starttls=no"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.taken[str(message_from_bytes(envelope.content)["Subject"])] = time.time()
        return "250 OK"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        taken = self.taken

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                body = json.loads(self.rfile.read(size))
                taken[body["text"]] = time.time()
                time.sleep(SLACK_SECONDS)
                answer = b'{"ok":true,"channel":"C1","ts":"1.1"}'
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                return None

        return Handler
