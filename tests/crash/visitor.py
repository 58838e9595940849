"""A browser made of plain HTTP for the crash scenarios: signs up, sends forms, and tells what was
acknowledged from what was not.
"""

import http.client
import re
import urllib.parse
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.cookies import SimpleCookie

PASSWORD = "seven quiet lanterns"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back: 0 when nothing did."""

    status: int
    location: str = ""
    text: str = ""


@dataclass
class Visitor:
    """One person's browser. `address` is who a proxy says it is, so that limits count each
    alone.
    """

    url: str
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def ask(self, method: str, path: str, form: dict[str, str | list[str]] | None = None) -> Answer:
        """One request on a connection of its own."""
        at = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
        headers = {
            "Accept": "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.address,
        }
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form | {"csrf_token": self.token}, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        if found := TOKEN.search(text):
            self.token = found.group(1)
        return Answer(response.status, response.headers.get("Location", ""), text)

    def sign_up(self, name: str) -> None:
        """Found a team."""
        self.ask("GET", "/signup")
        form = {
            "name": name,
            "email": f"{name.lower()}@example.com",
            "password": PASSWORD,
            "team_name": f"{name}'s team",
        }
        answer = self.ask("POST", "/signup", form)
        if answer.status != 303:
            raise RuntimeError(f"nobody could sign up: {answer}")
        self.ask("GET", "/campaigns/new")  # a token of this session

    def beside(self, address: str) -> "Visitor":
        """The same person at another machine."""
        return Visitor(self.url, address, dict(self.cookies), self.token)

    def plan(self, name: str) -> int:
        """Make a draft; answers its id, or minus the status when it was not acknowledged."""
        today = date.today()  # noqa: DTZ011 (any day will do)
        form = {
            "name": name,
            "type": "tour",
            "objective": "tickets",
            "owner_id": "1",
            "start_on": str(today + timedelta(days=2)),
            "target_on": str(today + timedelta(days=20)),
            "currency": "USD",
            "budget": "1,000.01",
            "platforms": ["google", "tiktok", "instagram"],
        }
        answer = self.ask("POST", "/campaigns", form)
        found = re.search(r"/campaigns/(\d+)", answer.location)
        return int(found.group(1)) if answer.status == 303 and found else -answer.status

    def cancel(self, campaign_id: int) -> int:
        """Cancel a fresh draft; answers the status."""
        form = {"move": "cancel", "version": "1", "reason": "rain"}
        return self.ask("POST", f"/campaigns/{campaign_id}/moves", form).status
