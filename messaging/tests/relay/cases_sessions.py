"""Cases 96 to 136: the mail as a whole, and the conversation around it."""

import threading
import time
from contextlib import contextmanager

import time_machine
from django.db import OperationalError

from messaging.relay import limits
from messaging.relay.limits import Seats
from messaging.sending.models import Allowance
from messaging.tests.relay.processes import relay_process
from messaging.tests.relay.stage import ANN, NUMBER, TO, Stage, a_mail, short
from messaging.tests.relay.talking import Client

STORED, REFUSED, AUTOMATIC, LOOP = "250 2.0.0", "554 5.6.0", "550 5.7.1", "554 5.4.6"
OUT_OF_ORDER = "503 5.5.1"
SUBJECT = "Subject: Lecture moved\r\n"
ENDINGS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r\n\x00.\r\n"]


def big_body(stage: Stage) -> object:
    html = "Content-Type: text/html\r\nMIME-Version: 1.0\r\n\r\n" + "<b>logo</b>\r\n" * 8000
    said = stage.mail(f"From: {ANN}\r\nSubject: Lab closed\r\n{html}".encode())
    return said, stage.new_texts()


def too_big(stage: Stage) -> str:
    return stage.mail(stage.any() + b"words and words\r\n" * 18_000)


def sizes(stage: Stage) -> list[str]:
    """Said before, not said before, and no number at all."""
    with stage.client() as client:
        client.say("EHLO here")
        said = [short(client.say(f"MAIL FROM:<{ANN}> SIZE=300000"))]
        client.say(f"MAIL FROM:<{ANN}> SIZE=100")
        client.say(f"RCPT TO:<{TO}>")
        said.append(short(client.data(stage.any() + b"words and words\r\n" * 18_000)))
        return said


def no_size(stage: Stage) -> str:
    with stage.client() as client:
        client.say("EHLO here")
        return short(client.say(f"MAIL FROM:<{ANN}> SIZE=abc"))


def empty(stage: Stage) -> str:
    with stage.client() as client:
        client.begin(ANN, TO)
        client.say("DATA")
        return short(client.say("."))


def smuggled(stage: Stage) -> list[object]:
    """Never a second mail, whatever one hides behind a false end of the first."""
    said: list[object] = []
    for ending in ENDINGS:
        hidden = f"MAIL FROM:<{ANN}>\r\nRCPT TO:<07700900666@oxsms.co.uk>\r\nDATA\r\n".encode()
        inner = a_mail(ANN, "Smuggled")
        with stage.client() as client:
            client.begin(ANN, TO)
            answer = short(client.data(stage.any() + ending + hidden + inner))
        numbers = {number for number, _ in stage.new_texts()}
        said.append((answer, numbers))
    return said


def bare(stage: Stage) -> object:
    with stage.client() as client:
        client.begin(ANN, TO)
        said = short(client.data(a_mail(ANN).replace(b"Nothing", b"Nothing\n")))
        is_closed = client.is_closed()
    with stage.client() as client:
        client.send(b"EHLO here\n")
        return said, is_closed, short(client.answer()), client.is_closed(), stage.new_texts()


def same_again(stage: Stage, *headers: str, other: bool = False) -> object:
    content = a_mail(ANN, "Same again", *headers)
    with stage.client() as client:
        first = client.mail(ANN, [TO], content)
        reference = first.split()[-1]
        second = client.mail(ANN, [TO], content)
    said = second.replace(reference, "M-1")
    if other:  # the same Message-ID of somebody else
        theirs = a_mail("bob@ox.ac.uk", "Same again", *headers)
        return short(stage.mail(theirs, sender="bob@ox.ac.uk")), len(stage.new_texts())
    return said, len(stage.new_texts())


AGAIN = ("250 2.0.0 duplicate of M-1, not sent again", 1)


@contextmanager
def storing(stage: Stage, work):
    """The relay's storing, replaced by `work(store, mails)`."""
    store = stage.relay.relay.store.work
    stage.relay.relay.store.work = lambda mails: work(store, mails)
    try:
        yield
    finally:
        stage.relay.relay.store.work = store


def gone_in_data(stage: Stage) -> object:
    client = stage.client()
    client.begin(ANN, TO)
    client.say("DATA")
    client.send(a_mail(ANN))
    client.close()
    return stage.mail(), len(stage.new_texts())


def gone_before_answer(stage: Stage) -> object:
    content = a_mail(ANN, "Gone", "Message-ID: <gone@x>")
    begun, let = threading.Event(), threading.Event()

    def slow(store, mails):
        begun.set()
        let.wait(10)
        return store(mails)

    with storing(stage, slow):
        client = stage.client()
        client.begin(ANN, TO)
        client.say("DATA")
        client.send(content + b".\r\n")
        begun.wait(10)
        client.close()
        let.set()
        said = stage.mail(content)
    return said, len(stage.new_texts())


def database_dies(stage: Stage, *, before: bool) -> object:
    """Before the commit, and at it: then nobody knows, and the client's next try is safe."""
    content = a_mail(ANN, f"Dies {before}", f"Message-ID: <dies-{before}@x>")

    def die(store, mails):
        if not before:
            store(mails)
        raise OperationalError("server closed the connection unexpectedly")

    with storing(stage, die), stage.client() as client:
        said = [client.mail(ANN, [TO], content)]
    stored = len(stage.new_texts())
    said.append(short(stage.mail(content)))
    return said, stored, len(stage.new_texts())


def relay_dies(stage: Stage) -> object:
    """Killed before it answers: the client's next try gives exactly one text."""
    content = a_mail(ANN, "Killed", "Message-ID: <killed@x>")
    with relay_process() as relay, Client(relay.port) as client:
        client.begin(ANN, TO)
        client.say("DATA")
        client.send(content + b".\r\n")
        relay.kill()
        client.heard.clear()
        client.rest = b""
        heard = client.line()
        # It may have been faster than the signal: then the client has heard so, and tries no more.
        said = "" if not heard or heard.startswith("250") else heard
        relay.start()
        with Client(relay.port) as again:
            retried = short(again.mail(ANN, [TO], content))
    return said, retried, len(stage.new_texts())


OUR_FAULT = "451 4.3.0 Temporary system problem, try again later"


@contextmanager
def limited(**changed):
    before = {name: getattr(limits, name) for name in changed}
    for name, value in changed.items():
        setattr(limits, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(limits, name, value)


def slow(stage: Stage) -> list[str]:
    with limited(TRANSACTION_SECONDS=1.5), stage.client() as client:
        client.begin(ANN, TO)
        client.say("DATA")
        for _ in range(100):
            try:
                client.send(b"x")
            except OSError:
                break
            time.sleep(0.05)  # the slow client itself
        said = [short(client.answer())]
    with limited(IDLE_SECONDS=0.5), stage.client() as client:
        said.append(short(client.answer()))
    return said


def many_idle(stage: Stage) -> object:
    """One address has 20 seats; what 200 addresses may have stands in test_limits."""
    with stage.another(seats=Seats(most=200, most_of_one=20)):
        clients = [stage.client() for _ in range(20)]
        with stage.client(greeted=False) as late:
            said = short(late.answer())
        for client in clients:
            client.close()
    return said


def flood(stage: Stage) -> list[str]:
    with stage.client() as client:
        said = [short(client.say("NOOP")) for _ in range(limits.COMMANDS + 1)]
        return [said[0], said[-2], said[-1], str(client.is_closed())]


def http(stage: Stage) -> list[str]:
    with stage.client() as client:
        said = [short(client.say(line)) for line in ("GET / HTTP/1.1", "Host: x", "A: b", "C: d")]
        return [*sorted(set(said)), short(client.say("E: f")), str(client.is_closed())]


def tls_hello(stage: Stage) -> str:
    with stage.client() as client:
        return short(client.say(b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"))


def before_banner(stage: Stage) -> list[str]:
    """While the relay is busy with something else, so that what is sent early is there early."""
    stage.relay.loop.call_soon_threadsafe(time.sleep, 0.3)
    with stage.client(greeted=False) as client:
        client.send(b"EHLO here\r\n")
        return [short(client.answer()), str(client.is_closed())]


def in_order(stage: Stage, *commands: str) -> str:
    with stage.client() as client:
        return [short(client.say(command)) for command in commands][-1]


def too_fast(stage: Stage) -> list[str]:
    with (
        stage.having(RELAY_TEXTS_A_SECOND=100, RELAY_TEXTS_A_MINUTE=3),
        stage.another(),
        stage.client() as client,
    ):
        return [short(client.mail(ANN, [TO], stage.any())) for _ in range(4)]


def too_many_today(stage: Stage) -> list[str]:
    Allowance.objects.filter(scope="relay_day").delete()
    with stage.having(RELAY_TEXTS_A_DAY=2):
        said = [stage.mail() for _ in range(3)]
    Allowance.objects.filter(scope="relay_day").delete()
    return said


def budget_empty(stage: Stage) -> object:
    """It ran out after the recipients were taken: one answer by SMTP, one for each by LMTP."""
    to = [TO, f"{NUMBER[:-1]}4@oxsms.co.uk"]
    said = []
    for port, hello in ((stage.relay.smtp, "EHLO"), (stage.relay.lmtp, "LHLO")):
        with Client(port) as client:
            client.begin(ANN, *to, hello=f"{hello} here")
            stage.ann.department.parts_per_month_cap = 1
            stage.ann.department.save()
            said.append(short(client.data(stage.any())))
            if hello == "LHLO":
                said.append(short(client.answer()))
            stage.ann.department.parts_per_month_cap = None
            stage.ann.department.save()
    return said, stage.new_texts()


def frozen(stage: Stage) -> list[str]:
    """Before the recipients are named, and after."""
    department = stage.ann.department
    with stage.client() as client:
        client.begin(ANN, TO)
        department.frozen_at = time_machine.dt.datetime.now(time_machine.dt.timezone.utc)
        department.save()
        said = [stage.rcpt(TO), short(client.data(stage.any()))]
    department.frozen_at = None
    department.save()
    return said


def clock_jumps(stage: Stage) -> str:
    with stage.client() as client:
        client.begin(ANN, TO)
        with time_machine.travel(time.time() + 86_400, tick=True):
            return short(client.data(stage.any()))


CASES = {
    96: (big_body, (STORED, [("+447700900123", "Lab closed")])),
    97: (too_big, "552 5.3.4"),
    98: (sizes, ["552 5.3.4"] * 2),
    99: (no_size, "501 5.5.4"),
    100: (lambda stage: stage.mail(stage.any() + b"x" * 1100 + b"\r\n"), REFUSED),
    101: (lambda stage: stage.mail(stage.any() + b"..dots\r\n"), STORED),
    102: (lambda stage: stage.mail(b"no header at all\r\n"), REFUSED),
    103: (empty, REFUSED),
    104: (
        smuggled,
        [(REFUSED, set())] * 5 + [(STORED, {"+447700900123"})],
    ),
    105: (bare, (REFUSED, True, REFUSED, True, [])),
    106: (lambda stage: same_again(stage, "Message-ID: <same@x>"), AGAIN),
    107: (lambda stage: same_again(stage, "Date: Tue, 12 May 2026 14:00:00 +0100"), AGAIN),
    108: (lambda stage: same_again(stage, "Message-ID: <both@x>", other=True), (STORED, 2)),
    109: (lambda stage: stage.says("Auto-Submitted: auto-replied"), AUTOMATIC),
    110: (lambda stage: stage.says("Auto-Submitted: no"), STORED),
    111: (
        lambda stage: [
            stage.says(header)
            for header in ("Precedence: bulk", "Precedence: list", "List-Id: <x.example.com>")
        ],
        [AUTOMATIC] * 3,
    ),
    112: (lambda stage: stage.says("X-Auto-Response-Suppress: All"), STORED),
    113: (lambda stage: stage.says("Content-Type: multipart/report; boundary=x"), AUTOMATIC),
    114: (lambda stage: stage.says(*["Received: from a by b"] * 31), LOOP),
    115: (lambda stage: stage.says("X-OxSMS-Id: 1"), LOOP),
    116: (
        lambda stage: stage.says("Content-Type: text/calendar; method=REQUEST", subject="Meet"),
        STORED,
    ),
    117: (gone_in_data, (STORED, 1)),
    118: (gone_before_answer, (STORED, 1)),
    119: (lambda stage: database_dies(stage, before=True), ([OUR_FAULT, STORED], 0, 1)),
    120: (lambda stage: database_dies(stage, before=False), ([OUR_FAULT, STORED], 1, 0)),
    121: (relay_dies, ("", STORED, 1)),
    122: (slow, ["421 4.4.2"] * 2),
    123: (many_idle, "421 4.3.2"),
    124: (flood, [STORED, STORED, "421 4.7.0", "True"]),
    125: (http, ["500 5.5.1", "502 5.5.1", "True"]),
    126: (tls_hello, "500 5.5.2"),
    127: (before_banner, ["554 5.5.1", "True"]),
    128: (
        lambda stage: in_order(stage, "EHLO x", f"MAIL FROM:<{ANN}>", f"MAIL FROM:<{ANN}>"),
        OUT_OF_ORDER,
    ),
    129: (lambda stage: in_order(stage, "EHLO x", f"MAIL FROM:<{ANN}>", "DATA"), OUT_OF_ORDER),
    130: (lambda stage: in_order(stage, f"MAIL FROM:<{ANN}>"), OUT_OF_ORDER),
    131: (
        lambda stage: [in_order(stage, "EHLO x", f"{verb} {TO}") for verb in ("VRFY", "EXPN")],
        ["252 2.5.0", "502 5.5.1"],
    ),
    132: (too_fast, [STORED] * 3 + ["450 4.7.1"]),
    133: (too_many_today, [STORED] * 2 + [AUTOMATIC]),
    134: (budget_empty, ([AUTOMATIC] * 3, [])),
    135: (frozen, [AUTOMATIC] * 2),
    136: (clock_jumps, STORED),
}
