"""Cases 1 to 43: whom a mail is for."""

import datetime as dt

from accounts.mail.models import OutgoingMail
from messaging.senders.models import OptOut, Sender
from messaging.tests.relay.stage import ANN, NUMBER, TO, Stage, a_mail, short

TAKEN, NOT_MOBILE, NOT_ALLOWED, MALFORMED = "250 2.1.5", "550 5.1.1", "550 5.7.1", "553 5.1.3"
NOT_ASCII = "553 5.6.7"

# number: (RCPT TO, the answer)
BY_ADDRESS = {
    6: ('"07700 900123"@oxsms.co.uk', MALFORMED),
    7: ("07700900123", MALFORMED),
    8: ("<>", MALFORMED),
    9: (f"{NUMBER}@OXSMS.CO.UK", TAKEN),
    10: (f"{NUMBER}@oxsms.co.uk.", TAKEN),
    11: (f"{NUMBER}@example.com", NOT_ALLOWED),
    12: (f"{NUMBER}@sub.oxsms.co.uk", NOT_ALLOWED),
    13: (f"<@a.example:{NUMBER}@oxsms.co.uk>", MALFORMED),
    14: (f"{NUMBER}%evil@oxsms.co.uk", NOT_MOBILE),
    15: (f"evil!{NUMBER}@oxsms.co.uk", NOT_MOBILE),
    16: (f"{NUMBER}+x@oxsms.co.uk", NOT_MOBILE),
    18: (f"0770\x00{NUMBER[4:]}@oxsms.co.uk", MALFORMED),
    19: (f"{NUMBER}é@oxsms.co.uk", NOT_ASCII),
    20: ("٠٧٧٠٠٩٠٠١٢٣@oxsms.co.uk", NOT_ASCII),
    21: ("０７７００９００１２３@oxsms.co.uk", NOT_ASCII),  # noqa: RUF001
    22: ("0770090012@oxsms.co.uk", NOT_MOBILE),
    23: ("0770090012345678@oxsms.co.uk", NOT_MOBILE),
    24: ("07OO0900123@oxsms.co.uk", NOT_MOBILE),
    25: ("01865270000@oxsms.co.uk", NOT_MOBILE),
    26: ("07012345678@oxsms.co.uk", NOT_ALLOWED),
    28: ("09011234567@oxsms.co.uk", NOT_ALLOWED),
    29: ("60000@oxsms.co.uk", NOT_MOBILE),
    31: ("+33612345678@oxsms.co.uk", NOT_ALLOWED),
    32: ("+18095550123@oxsms.co.uk", NOT_ALLOWED),
    33: ("+88216123456@oxsms.co.uk", NOT_ALLOWED),
    43: (f"{'0' * 54}{NUMBER}@oxsms.co.uk", MALFORMED),
}

SPELLINGS = {
    1: NUMBER,
    2: "+447700900123",
    3: "00447700900123",
    4: "447700900123",
    5: "07700-900.123",
}


def reaches(stage: Stage, local: str) -> tuple[str, list[str]]:
    said = stage.mail(to=(f"{local}@oxsms.co.uk",))
    return said, [number for number, _ in stage.new_texts()]


def operator_mail(stage: Stage) -> object:
    with stage.having(RELAY_OPERATORS=["team@example.ac.uk"]):
        said = [
            stage.mail(a_mail("x@example.com", "Spam?"), sender="x@example.com", to=(to,))
            for to in ("postmaster@oxsms.co.uk", "abuse@oxsms.co.uk", "Postmaster")
        ]
    subjects = OutgoingMail.objects.filter(to="team@example.ac.uk").order_by("pk")
    return said, list(subjects.values_list("subject", flat=True)), stage.new_texts()


def own_number(stage: Stage) -> str:
    Sender.objects.create(department=stage.bob.department, person=stage.bob, number="+447700900950")
    return stage.rcpt("07700900950@oxsms.co.uk")


def extensions(stage: Stage) -> list[str]:
    return [stage.rcpt(f"{NUMBER}{end}@oxsms.co.uk") for end in (";ext=1", "x5")]


def twice(stage: Stage, *to: str) -> object:
    with stage.client() as client:
        client.begin(ANN)
        said = [short(client.say(f"RCPT TO:<{each}>")) for each in to]
        client.data(stage.any())
    return said, [number for number, _ in stage.new_texts()]


def too_many(stage: Stage) -> list[str]:
    with stage.client() as client:
        client.begin(ANN, *(f"077009001{n:02}@oxsms.co.uk" for n in range(50)))
        said = [short(client.say(f"RCPT TO:<{TO}>"))]
        said.append(short(client.data(stage.any())))
        return [*said, str(len(stage.new_texts()))]


def pipelined(stage: Stage) -> object:
    with stage.client() as client:
        client.say("EHLO here")
        commands = [f"MAIL FROM:<{ANN}>", f"RCPT TO:<{TO}>", "RCPT TO:<x@oxsms.co.uk>", "DATA"]
        client.send(("\r\n".join(commands) + "\r\n").encode())
        said = [short(client.answer())[:9] for _ in commands]
        client.send(stage.any())
        said.append(short(client.say(".")))
    return said, [number for number, _ in stage.new_texts()]


def none_is_left(stage: Stage) -> str:
    with stage.client() as client:
        client.begin(ANN, "x@oxsms.co.uk")
        return short(client.say("DATA"))


def parameters(stage: Stage) -> str:
    with stage.client() as client:
        client.begin(ANN)
        return short(client.say(f"RCPT TO:<{TO}> NOTIFY=NEVER"))


def opted_out(stage: Stage) -> str:
    OptOut.objects.create(
        department=stage.ann.department,
        number="+447700900777",
        at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
    )
    return stage.rcpt("07700900777@oxsms.co.uk")


# number: (what is done, what comes of it)
CASES = {
    **{
        n: (lambda stage, local=local: reaches(stage, local), ("250 2.0.0", ["+447700900123"]))
        for n, local in SPELLINGS.items()
    },
    **{
        n: (lambda stage, address=address: stage.rcpt(address), answer)
        for n, (address, answer) in BY_ADDRESS.items()
    },
    17: (
        operator_mail,
        (
            ["250 2.0.0"] * 3,
            [
                f"Mail for {to} from x@example.com, by 127.0.0.1"
                for to in ("postmaster@oxsms.co.uk", "abuse@oxsms.co.uk", "Postmaster")
            ],
            [],
        ),
    ),
    27: (
        lambda stage: [stage.rcpt(f"{n}@oxsms.co.uk") for n in ("07612345678", "07624123456")],
        [NOT_ALLOWED, TAKEN],
    ),
    30: (
        lambda stage: [stage.rcpt(f"{n}@oxsms.co.uk") for n in (112, 999)],
        [NOT_MOBILE] * 2,
    ),
    34: (own_number, NOT_ALLOWED),
    35: (extensions, [NOT_MOBILE] * 2),
    36: (lambda stage: twice(stage, TO, TO), ([TAKEN] * 2, ["+447700900123"])),
    37: (
        lambda stage: twice(stage, TO, "+447700900123@oxsms.co.uk"),
        ([TAKEN] * 2, ["+447700900123"]),
    ),
    38: (too_many, ["452 4.5.3", "250 2.0.0", "50"]),
    39: (
        pipelined,
        (["250 2.1.0", TAKEN, NOT_MOBILE, "354 End", "250 2.0.0"], ["+447700900123"]),
    ),
    40: (none_is_left, "503 5.5.1"),
    41: (parameters, "555 5.5.4"),
    42: (opted_out, NOT_ALLOWED),
}
