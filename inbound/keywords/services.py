"""Keywords are given to a department and taken back by the messaging team."""

import datetime as dt
import re
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.audit.actors import Actor
from accounts.audit.services import record
from accounts.departments.models import Department
from accounts.people.access import require
from inbound.keywords.models import Keyword
from inbound.keywords.reading import MOST_WORDS, canonical, skeleton
from smsportal.lib.errors import Refused

TEAM: Final = "manage_inbound"
LONGEST: Final = 20
# Words that phones and networks give a meaning to, or that answer a question. HELP is no such
# word here: a department may answer it.
RESERVED: Final = (
    "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT",
    "ARRET", "REMOVE", "TD", "NO MORE", "START", "UNSTOP", "YES", "NO", "INFO", "SUBSCRIBE", "JOIN",
)  # fmt: skip
_WORDS: Final = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*", re.ASCII)


@transaction.atomic
def give(*, word: str, department: Department, by: Actor, now: dt.datetime) -> Keyword:
    """From now on texts with this word are the department's, and it is charged by the month.
    Raises Refused.
    """
    require(by, TEAM)
    word = _checked(word)
    # Locked: one that closes at this moment gives back what there is.
    department = Department.objects.select_for_update().get(pk=department.pk)
    if not department.is_open:
        raise Refused(f"{department} is closed. Choose another one.", field="id_department")
    _refuse_what_is_taken(word)
    keyword = Keyword(department=department, word=word, skeleton=skeleton(word), created_at=now)
    try:
        with transaction.atomic():
            keyword.save()
    except IntegrityError:  # given at the same moment
        _refuse_what_is_taken(word)
        raise
    record(
        by=by,
        verb="keywords.given",
        words=f"{by.audit_name} gave the keyword {word} to {department}.",
        on=keyword,
        department_id=department.pk,
        now=now,
    )
    return keyword


@transaction.atomic
def take_back(*, keyword: Keyword, by: Actor, now: dt.datetime) -> None:
    """Its texts are for nobody from now on; those that came stay the department's to read."""
    require(by, TEAM)
    mine = Keyword.objects.live().filter(pk=keyword.pk)
    if not mine.update(released_at=now):
        return
    keyword.released_at = now
    record(
        by=by,
        verb="keywords.taken_back",
        words=f"{by.audit_name} took back the keyword {keyword.word} of {keyword.department}.",
        on=keyword,
        department_id=keyword.department_id,
        now=now,
    )


def _checked(typed: str) -> str:
    """The word as it is kept. Raises Refused with what was typed."""
    typed = " ".join(typed.split())
    if not typed:
        raise Refused("Write the keyword.", field="id_word")
    if not _WORDS.fullmatch(typed):
        words = "has something else in it than letters, digits and single spaces. Take it out."
        raise Refused(f"{typed[:60]} {words}", field="id_word")
    if len(typed) > LONGEST:
        words = f"has {len(typed)} characters. A keyword can have {LONGEST}."
        raise Refused(f"{typed[:60]} {words}", field="id_word")
    count = len(typed.split())
    if count > MOST_WORDS:
        words = f"has {count} words. A keyword can have {MOST_WORDS}."
        raise Refused(f"{typed} {words}", field="id_word")
    word = canonical(typed)
    _refuse_what_is_reserved(word)
    return word


def _refuse_what_is_reserved(word: str) -> None:
    prefix = settings.SHORT_CODE_PREFIX
    alike = [each for each in (*RESERVED, prefix) if skeleton(each) == skeleton(word)]
    if not alike:
        return
    reserved = word if word in alike else alike[0]
    if reserved == prefix:
        why = "what every text to the short code begins with"
    else:
        why = "what people write to end texts, to begin them or to answer"
    likeness = "is" if reserved == word else f"looks like {reserved}, which is"
    raise Refused(f"{word} {likeness} {why}. Choose another word.", field="id_word")


def _refuse_what_is_taken(word: str) -> None:
    theirs = Keyword.objects.live().select_related("department").filter(skeleton=skeleton(word))
    other = theirs.first()
    if other is None:
        return
    if other.word == word:
        raise Refused(
            f"{word} is a keyword of {other.department} already. Choose another word.",
            field="id_word",
        )
    raise Refused(
        f"{word} looks like {other.word}, a keyword of {other.department}, and people would "
        "confuse them. Choose another word.",
        field="id_word",
    )
