"""What the cases of the catalogue are played on: a relay, some people, and what became of texts."""

from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from accounts.people.models import Person
from messaging.sending.models import Message
from messaging.tests.relay.talking import Client, Running, a_mail, running

ANN = "ann@ox.ac.uk"
NUMBER = "07700900123"
TO = f"{NUMBER}@oxsms.co.uk"


def short(answer: str) -> str:
    """Code and enhanced code."""
    return " ".join(answer.split()[:2])


@dataclass
class Stage:
    relay: Running
    settings: Any
    ann: Person
    bob: Person  # may send by email, too
    password: str
    seen: int = 0
    mails: int = field(default=0)

    def client(self, **options: Any) -> Client:
        return Client(self.relay.smtp, **options)

    def rcpt(self, address: str | bytes, *, sender: str = ANN) -> str:
        with self.client() as client:
            client.say("EHLO here")
            client.say(f"MAIL FROM:<{sender}> SMTPUTF8")
            raw = address if isinstance(address, bytes) else address.encode()
            return short(client.say(b"RCPT TO:" + (raw if raw[:1] == b"<" else b"<%s>" % raw)))

    def mail(
        self, content: bytes | None = None, *, sender: str = ANN, to: tuple[str, ...] = (TO,)
    ) -> str:
        with self.client() as client:
            return short(client.mail(sender, to, self.any() if content is None else content))

    def says(self, *headers: str | bytes, subject: str | bytes = "") -> str:
        """A mail of Ann's with further header lines."""
        return self.mail(a_mail(ANN, subject or self.subject(), *headers))

    def any(self) -> bytes:
        return a_mail(ANN, self.subject())

    def subject(self) -> str:
        """Another one each time: the same again would be a duplicate."""
        self.mails += 1
        return f"Lecture {self.mails} moved"

    def text(self, subject: str | bytes) -> tuple[str, str | None]:
        """The answer, and the words that go out."""
        self.new_texts()
        said = self.mail(a_mail(ANN, subject, f"Message-ID: <{self.subject()}@ox.ac.uk>"))
        texts = self.new_texts()
        return said, texts[0][1] if texts else None

    def new_texts(self) -> list[tuple[str, str]]:
        """Numbers and words of those that have been stored since."""
        texts = Message.objects.filter(pk__gt=self.seen).select_related("batch").order_by("pk")
        found = [(text.pk, text.number, text.body or text.batch.body) for text in texts]
        self.seen = max([self.seen, *(pk for pk, _, _ in found)])
        return [(number, body) for _, number, body in found]

    @contextmanager
    def having(self, **changed: Any):
        """Settings as they are only here."""
        before = {name: getattr(self.settings, name) for name in changed}
        for name, value in changed.items():
            setattr(self.settings, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(self.settings, name, value)

    def untrusted(self) -> AbstractContextManager[None]:
        """Nobody is trusted for where they come from."""
        return self.having(RELAY_TRUSTED_NETS=[])

    @contextmanager
    def another(self, **handling: Any):
        """A relay besides, with settings or limits of its own."""
        before = self.relay
        with running(**handling) as self.relay:
            try:
                yield self
            finally:
                self.relay = before
