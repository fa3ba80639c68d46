"""Giving a keyword to a department, and taking it back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_department, make_operator
from inbound.keywords.models import Keyword
from inbound.keywords.services import RESERVED, give, take_back
from inbound.tests.make import come_in, from_phone, make_keyword
from messaging.tests.make import NOW
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return make_operator()


def test_a_keyword_is_the_departments_from_now_on(operator):
    department = make_department()

    give(word=" open  day ", department=department, by=operator, now=NOW)

    keyword = Keyword.objects.get()
    assert (keyword.word, keyword.department, keyword.created_at) == ("OPEN DAY", department, NOW)
    [text] = come_in(from_phone("Oxford open day two places"))
    assert (text.keyword, text.words) == (keyword, "two places")
    assert AuditEvent.objects.get(verb="keywords.given").department_id == department.pk


def test_help_may_be_a_keyword(operator):
    give(word="help", department=make_department(), by=operator, now=NOW)

    assert Keyword.objects.get().word == "HELP"


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("", "Write the keyword"),
        ("OPEN-DAY", "OPEN-DAY has something else in it than letters"),
        ("CAFÉ", "CAFÉ has something else"),
        ("CHORUS!", "CHORUS! has something else"),
        ("A23456789012345678901", "has 21 characters. A keyword can have 20"),
        ("A B C D", "A B C D has 4 words. A keyword can have 3"),
        ("oxford", "OXFORD is what every text to the short code begins with"),
        ("OXF0RD", "OXF0RD looks like OXFORD"),
        ("ST0P", "ST0P looks like STOP"),
        *((word, f"{word} is what people write") for word in RESERVED),
        ("N0 M0RE", "N0 M0RE looks like NO MORE"),
    ],
)
def test_what_cannot_be_a_keyword_is_refused_in_words(operator, word, why):
    with pytest.raises(Refused) as refused:
        give(word=word, department=make_department(), by=operator, now=NOW)

    assert why in refused.value.words
    assert refused.value.field == "id_word"


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("chorus", "CHORUS is a keyword of Department of Music already"),
        ("CH0RUS", "CH0RUS looks like CHORUS, a keyword of Department of Music"),
        ("CHO RUS", "CHO RUS looks like CHORUS"),
    ],
)
def test_a_keyword_that_people_would_confuse_is_refused(operator, word, why):
    make_keyword("CHORUS", make_department("Department of Music"))

    with pytest.raises(Refused) as refused:
        give(word=word, department=make_department(), by=operator, now=NOW)

    assert why in refused.value.words


def test_the_database_gives_a_keyword_once():
    make_keyword("CHORUS")

    with pytest.raises(IntegrityError):
        make_keyword("CHORUS", make_department("Elsewhere"))


def test_a_closed_department_gets_none(operator):
    with pytest.raises(Refused, match="is closed"):
        give(word="CHORUS", department=make_department(closed_at=NOW), by=operator, now=NOW)


def test_a_keyword_taken_back_is_free_and_its_texts_are_nobodys(operator):
    keyword = make_keyword("CHORUS")

    take_back(keyword=keyword, by=operator, now=NOW)
    take_back(keyword=keyword, by=operator, now=NOW)

    [text] = come_in(from_phone("OXFORD CHORUS hello"))
    assert text.place == "unmatched"
    assert AuditEvent.objects.filter(verb="keywords.taken_back").count() == 1
    give(word="CHORUS", department=make_department("Elsewhere"), by=operator, now=NOW)


def test_an_admin_neither_gives_nor_takes_back():
    department = make_department()
    keyword, admin = make_keyword("CHORUS", department), make_admin(department)

    with pytest.raises(PermissionDenied):
        give(word="OPENDAY", department=department, by=admin, now=NOW)
    with pytest.raises(PermissionDenied):
        take_back(keyword=keyword, by=admin, now=NOW)
