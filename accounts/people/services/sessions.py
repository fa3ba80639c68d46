"""The life of a session: when it began, when it was last used, which accounts it has proven.

One person may hold X and Xadmin, and goes from one to the other with one click. The session
remembers that the other one's password (and second step) was given, until it ends.
"""

import datetime as dt

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.audit import services as audit
from accounts.people.models import Person

BEGAN, SEEN, PROVEN, ON_THE_WAY = "signed_in_at", "seen_at", "proven", "on_the_way"
# A write for every page would be a write too many; a minute is exact enough for two hours.
TOUCH_EVERY_SECONDS = 60
# As long as a half-finished sign-in lives in allauth.
ON_THE_WAY_SECONDS = 900


def is_over(session: SessionBase, now: dt.datetime) -> bool:
    at = now.timestamp()
    age, rest = at - session.get(BEGAN, at), at - session.get(SEEN, at)
    return age > settings.SESSION_COOKIE_AGE or rest > settings.SESSION_IDLE_SECONDS


def touch(session: SessionBase, now: dt.datetime) -> None:
    """Note that the session is in use."""
    at = now.timestamp()
    if at - session.get(SEEN, 0) < TOUCH_EVERY_SECONDS:
        return
    session.setdefault(BEGAN, at)
    session[SEEN] = at
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)


def has_proven(session: SessionBase, target: Person) -> bool:
    """Whether this session has given the target's password and second step, as they are now."""
    proof = session.get(PROVEN, {}).get(str(target.pk))
    if proof is None or not constant_time_compare(proof[0], target.get_session_auth_hash()):
        return False
    return bool(proof[1]) or not is_mfa_enabled(target)


def leave_for(session: SessionBase, person: Person, target: Person, now: dt.datetime) -> None:
    """Empty the session of `person` and have it wait for the target to arrive."""
    proven = {**session.get(PROVEN, {}), str(person.pk): _proof(person)}
    carried = {
        "from": person.pk,
        "to": target.pk,
        "at": now.timestamp(),
        BEGAN: session.get(BEGAN, now.timestamp()),
        PROVEN: proven,
    }
    UserSession.objects.filter(session_key=session.session_key).delete()
    session.flush()
    session[ON_THE_WAY] = carried


def arrive(session: SessionBase, person: Person, now: dt.datetime) -> Person | None:
    """Begin the person's session; answers the account switched from, if that is how it came."""
    carried = session.pop(ON_THE_WAY, None)
    session[SEEN] = now.timestamp()
    is_fresh = carried is not None and now.timestamp() - carried["at"] < ON_THE_WAY_SECONDS
    if not is_fresh or carried["to"] != person.pk:
        session[BEGAN], session[PROVEN] = now.timestamp(), {}
        return None
    session[BEGAN] = carried[BEGAN]
    session[PROVEN] = {**carried[PROVEN], str(person.pk): _proof(person)}
    return Person.objects.get(pk=carried["from"])


def show_in_list(request: HttpRequest) -> None:
    """Under "Where you are signed in"; allauth does so for its own sign-ins only."""
    UserSession.objects.create_from_request(request)


def record_switch(*, person: Person, target: Person, now: dt.datetime) -> None:
    """One line on each of the two accounts."""
    words = f"{person.audit_name} switched to {target.audit_name}."
    with transaction.atomic():
        for account in (person, target):
            audit.record(by=person, verb="signin.switched", words=words, on=account, now=now)


def _proof(person: Person) -> list:
    # The hash changes with the password, so that an old proof is worth nothing.
    return [person.get_session_auth_hash(), is_mfa_enabled(person)]
