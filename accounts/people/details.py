"""What must be known of a person before there is an account, in words that say how to mend it.

Pure: every rule is a function of what was typed. Whether a username is still free is for
queries.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings

from accounts.people.roles import RoleName

SINGLE_SIGN_ON = re.compile(r"[a-z]{2,8}[0-9]{1,6}")
ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
EXTENSION = re.compile(r"[0-9]{5,6}")
ADMIN = "admin"
LONGEST_NAME = 120

# A name made of these leads to a place and not to a person whom Finance can ring (S13).
PLACES = frozenset(
    [
        "account",
        "accounts",
        "admin",
        "administration",
        "administrator",
        "admissions",
        "alerts",
        "careers",
        "college",
        "contact",
        "department",
        "desk",
        "enquiries",
        "faculty",
        "general",
        "generic",
        "help",
        "helpdesk",
        "info",
        "it",
        "library",
        "lodge",
        "manager",
        "office",
        "officer",
        "porters",
        "reception",
        "secretary",
        "service",
        "shared",
        "staff",
        "student",
        "students",
        "support",
        "team",
        "test",
        "user",
        "workshop",
    ]
)


@dataclass(frozen=True)
class Problem:
    field: str
    words: str


@dataclass(frozen=True)
class Member:
    """One person who uses a shared account (S16)."""

    name: str
    username: str
    email: str
    phone: str


@dataclass(frozen=True)
class Details:
    """What a form, a spreadsheet row or a program says about one person, tidied."""

    username: str
    name: str
    email: str
    extension: str
    other_domain_reason: str = ""
    is_name_confirmed: bool = False
    allow_relay: bool = False
    allow_emergency: bool = False
    is_generic: bool = False
    members: tuple[Member, ...] = field(default_factory=tuple)
    notes: str = ""
    parts_per_day_cap: int | None = None
    pounds_per_month_cap: int | None = None


def tidy(details: Details) -> Details:
    """The same, as it is stored: no stray spaces, usernames in small letters, bare extensions."""
    members = tuple(
        Member(
            " ".join(member.name.split()),
            tidy_username(member.username),
            member.email.strip(),
            bare_extension(member.phone),
        )
        for member in details.members
        if any((member.name, member.username, member.email, member.phone))
    )
    is_away = not is_university_address(details.email.strip())
    return Details(
        username=tidy_username(details.username),
        name=" ".join(details.name.split()),
        email=details.email.strip(),
        extension=bare_extension(details.extension),
        other_domain_reason=details.other_domain_reason.strip() if is_away else "",
        is_name_confirmed=details.is_name_confirmed,
        allow_relay=details.allow_relay,
        allow_emergency=details.allow_emergency,
        is_generic=details.is_generic,
        members=members if details.is_generic else (),
        notes=details.notes.strip(),
        parts_per_day_cap=details.parts_per_day_cap,
        pounds_per_month_cap=details.pounds_per_month_cap,
    )


def tidy_username(typed: str) -> str:
    return typed.strip().lower()


def admin_username(single_sign_on: str) -> str:
    """S23: ouit0423 administers as ouit0423admin."""
    return f"{tidy_username(single_sign_on)}{ADMIN}"


def problems_of(details: Details, role: RoleName) -> list[Problem]:
    """Everything that is wrong with tidied details, in the order of the form."""
    found = [
        Problem("username", username_problem(details.username, role)),
        Problem("name", name_problem(details, role)),
        Problem("email", email_problem(details.email, role)),
        Problem("other_domain_reason", reason_problem(details, role)),
        Problem("extension", extension_problem(details.extension)),
        *member_problems(details, role),
    ]
    if role != RoleName.USER and details.allow_relay:
        found.append(Problem("allow_relay", "Only a user can send texts by email."))
    if role != RoleName.USER and details.allow_emergency:
        found.append(Problem("allow_emergency", "Only a user can send emergency texts."))
    return [problem for problem in found if problem.words]


def username_problem(username: str, role: RoleName) -> str:
    is_admin = role == RoleName.ADMIN
    example = "ouit0423admin" if is_admin else "ouit0423"
    if not username:
        return f"Enter the username, for example {example}."
    if "@" in username:
        return f"{username} is an email address. A username looks like {example}."
    plain = username.removesuffix(ADMIN)
    if is_admin and SINGLE_SIGN_ON.fullmatch(username):
        return f"An administrator signs in with “admin” added: {username}admin."
    if not is_admin and username != plain and SINGLE_SIGN_ON.fullmatch(plain):
        return f"{username} is an administrator’s username. The user’s is {plain}."
    if not SINGLE_SIGN_ON.fullmatch(plain) or (is_admin and username == plain):
        return (
            f"{username} is not a single sign-on username"
            f"{' with “admin” added' if is_admin else ''}: letters, then digits"
            f"{', then “admin”' if is_admin else ''}, for example {example}."
        )
    return ""


def name_problem(details: Details, role: RoleName) -> str:
    if not details.name:
        return "Enter the name of the person."
    if len(details.name) > LONGEST_NAME:
        return f"The name has {len(details.name)} characters; {LONGEST_NAME} fit."
    if details.is_name_confirmed or (role == RoleName.USER and details.is_generic):
        return ""
    if not looks_generic(details.name):
        return ""
    cure = "tick “This is a person’s name” to keep it"
    if role == RoleName.USER:
        cure += ", or tick “Several people use this account”"
    return (
        f"“{details.name}” does not look like a person’s name. Finance needs to know whom to "
        f"ring. Enter first name and last name, or {cure}."
    )


def looks_generic(name: str) -> bool:
    """One word alone, or a word for a place or a post: “Office”, “Physics Reception”."""
    parts = re.findall(r"[^\W\d_]+", name.casefold())
    return len(parts) < 2 or not PLACES.isdisjoint(parts)


def email_problem(email: str, role: RoleName) -> str:
    if not email:
        return "Enter the university email address."
    if not ADDRESS.fullmatch(email):
        return f"{email} is not a whole email address: it needs a name, an @ and a domain."
    if role != RoleName.USER and not is_university_address(email):
        return (
            f"{email} is not a university address. An administrator’s ends in "
            f"{' or '.join(settings.UNIVERSITY_DOMAINS)}."
        )
    return ""


def reason_problem(details: Details, role: RoleName) -> str:
    if role != RoleName.USER or not ADDRESS.fullmatch(details.email):
        return ""
    if is_university_address(details.email) or details.other_domain_reason:
        return ""
    return (
        f"{details.email} is not a university address. Say why it is used, for example "
        "“Email to SMS comes from this address”."
    )


def is_university_address(email: str) -> bool:
    domain = email.rpartition("@")[2].lower()
    return any(
        domain == ours or domain.endswith(f".{ours}") for ours in settings.UNIVERSITY_DOMAINS
    )


def bare_extension(typed: str) -> str:
    """70142 from "70142", "(2)70142" or a whole university number; else what was typed."""
    digits = re.sub(r"[\s().-]", "", typed)
    national = re.sub(r"^(\+44|0044)0?", "0", digits)
    for prefix in settings.UNIVERSITY_NUMBERS:
        for form in (prefix, prefix[-1]):
            rest = national.removeprefix(form)
            if rest != national and re.fullmatch(r"[0-9]{5}", rest):
                return rest
    return digits if EXTENSION.fullmatch(digits) else " ".join(typed.split())


def extension_problem(extension: str) -> str:
    if not extension:
        return "Enter the university extension, for example 70142."
    if EXTENSION.fullmatch(extension):
        return ""
    digits = re.sub(r"\D", "", extension)
    if re.match(r"(0|44|0044)?7\d{9}$", digits):
        return f"{extension} is a mobile number. Enter a university extension, for example 70142."
    if len(digits) > 6:
        return (
            f"{extension} is not a number of the university. Enter the extension, five or six "
            "digits, for example 70142."
        )
    return f"{extension} is not an extension: it has five or six digits, for example 70142."


def member_problems(details: Details, role: RoleName) -> Iterator[Problem]:
    """S16: at least one person, each with all four details. Fields are named members-0-name."""
    if role != RoleName.USER or not details.is_generic:
        return
    if not details.members:
        yield Problem("members-0-name", "Enter at least one person who uses this account.")
    for n, member in enumerate(details.members):
        who = member.name or f"person {n + 1}"
        yield Problem(f"members-{n}-name", "" if member.name else f"Enter the name of {who}.")
        for name, words in (
            ("username", username_problem(member.username, RoleName("user"))),
            # Finance writes to these people, so their addresses are the university's (S16).
            (
                "email",
                email_problem(member.email, RoleName("admin")).replace("An administrator’s", "It"),
            ),
            ("phone", extension_problem(member.phone)),
        ):
            yield Problem(f"members-{n}-{name}", f"{who}: {words}" if words else "")
