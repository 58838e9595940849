"""A mail server of the tests (aiosmtpd), scripted letter by letter."""

import asyncio
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

OK = "250 OK"
DROP = "drop"


@dataclass
class Mailhost:
    """`replies` answers each step: a reply, DROP to hang up instead, or nothing for 250.

    `letters` are (connection, sender, recipients, bytes) as they were taken.
    """

    replies: dict[str, list[str]] = field(default_factory=dict)
    letters: list[tuple[int, str, list[str], bytes]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    sign_ins: list[tuple[bytes, bytes]] = field(default_factory=list)
    transports: list[Any] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def start(self, *, ssl: Any = None, **server: Any) -> None:
        """Listen on a port of its own; the rest are aiosmtpd's settings."""
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(self, hostname="sink.example", authenticator=self.sign_in, **server),
                host="127.0.0.1",
                port=0,
                ssl=ssl,
            )
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        for transport in self.transports:
            transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def hang_up(self) -> None:
        """Close every connection, as a server does with those that are idle."""
        for transport in self.transports:
            self._loop.call_soon_threadsafe(transport.abort)

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(one[3], policy=policy.default) for one in self.letters]

    def _next(self, step: str, server: SMTP) -> str:
        self.steps.append(step)
        waiting = self.replies.get(step, [])
        reply = waiting.pop(0) if waiting else OK
        if reply == DROP:
            server.transport.abort()
        return reply

    async def handle_EHLO(
        self, server: SMTP, session: Any, _envelope: Any, hostname: str, offers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.names.append(hostname)
        if server.transport not in self.transports:
            self.transports.append(server.transport)
        self._next("EHLO", server)
        return offers

    async def handle_MAIL(
        self, server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        reply = self._next("MAIL", server)
        if reply == OK:
            envelope.mail_from = address
            self.options.append(options)
        return reply

    async def handle_RCPT(
        self, server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        reply = self._next("RCPT", server)
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        reply = self._next("DATA", server)
        if reply == OK:
            which = self.transports.index(server.transport)
            self.letters.append(
                (which, envelope.mail_from, list(envelope.rcpt_tos), envelope.content)
            )
        return reply

    def sign_in(self, _server: Any, _session: Any, _envelope: Any, _way: str, data: Any) -> Any:
        self.sign_ins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)
