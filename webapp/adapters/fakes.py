"""Ways out that reach nobody and remember what was handed to them: for rehearsals and tests.

`mail.use(Outbox())`, `slack.use(Board())`. What is in `failures` is raised first, one for each try;
an Unknown is raised after the letter or message was taken, as in life.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.adapters import letters, mail, slack
from webapp.adapters.letters import Letter, Mailbox
from webapp.adapters.slack import Channel, Webhook
from webapp.adapters.slack_text import Block, message

SENDER = Mailbox("drumbeat", "localhost", "Drumbeat")


@dataclass
class Outbox:
    """Letters that were taken, in order; one that nobody could send is rejected as by a server."""

    letters: list[Letter] = field(default_factory=list)
    failures: list[mail.MailError] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        try:
            letters.message_of(letter, SENDER)
        except letters.BadLetter as error:
            raise mail.Rejected(str(error), stage="letter") from None
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or isinstance(failure, mail.Unknown):
            self.letters.append(letter)
        if failure is not None:
            raise failure

    def close(self) -> None:
        return None


@dataclass
class Board:
    """Messages that were posted, in order, each with where to and its content."""

    posts: list[tuple[Webhook | Channel, dict[str, object]]] = field(default_factory=list)
    failures: list[slack.SlackError] = field(default_factory=list)

    def post(self, to: Webhook | Channel, text: str, blocks: Sequence[Block] = ()) -> str:
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or isinstance(failure, slack.Unknown):
            self.posts.append((to, message(text, blocks)))
        if failure is not None:
            raise failure
        return "" if isinstance(to, Webhook) else f"{len(self.posts)}.000000"
