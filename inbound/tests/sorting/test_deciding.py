"""What the sorter could not place is placed by people: for a keyword, for nobody, or as a wish."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_admin, make_department, make_operator, make_user
from inbound.sorting.services import assign, dismiss, is_something_else, wants_no_more
from inbound.tests.make import PHONE, come_in, from_phone, make_keyword
from messaging.senders.models import OptOut
from messaging.sending.models import Batch
from messaging.tests.make import NOW
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db


def test_an_assigned_text_is_copied_and_answered_as_if_it_had_come_there(settings):
    keyword = make_keyword("CHORUS", emails=["a@example.ac.uk"], replies=True, reply="Thanks")
    [text] = come_in(from_phone("OXFRD CHORUS two places please"))
    operator = make_operator()

    assign(sorting=text, keyword=keyword, by=operator, now=NOW)

    text.refresh_from_db()
    assert (text.place, text.keyword, text.sorted_by_name) == (
        "keyword", keyword, operator.audit_name
    )  # fmt: skip
    assert OutgoingMail.objects.get().to == "a@example.ac.uk"
    assert (text.reply.body, text.reply.sender) == ("Thanks", settings.SHORT_CODE)
    line = AuditEvent.objects.get(verb="unmatched.assigned")
    assert line.department_id == keyword.department_id
    assert PHONE not in line.words


def test_a_text_to_a_number_that_is_nobodys_is_answered_from_the_short_code(settings):
    keyword = make_keyword("CHORUS", replies=True, reply="Thanks")
    [text] = come_in(from_phone("chorus please", to="+447700900999"))

    assign(sorting=text, keyword=keyword, by=make_operator(), now=NOW)

    assert Batch.objects.get().sender == settings.SHORT_CODE


def test_what_was_sorted_once_is_never_acted_on_again():
    keyword = make_keyword("CHORUS", emails=["a@example.ac.uk"])
    [text] = come_in(from_phone("CHORUS hello"))
    operator = make_operator()
    assign(sorting=text, keyword=keyword, by=operator, now=NOW)

    with pytest.raises(Refused, match="sorted already by"):
        assign(sorting=text, keyword=keyword, by=operator, now=NOW)
    with pytest.raises(Refused, match="sorted already by"):
        dismiss(sorting=text, by=operator, now=NOW)

    assert OutgoingMail.objects.count() == 1


def test_a_keyword_that_was_taken_back_gets_nothing():
    keyword = make_keyword("CHORUS")
    [text] = come_in(from_phone("CHORUS hello"))
    keyword.released_at = NOW
    keyword.save()

    with pytest.raises(Refused, match="CHORUS has been taken back"):
        assign(sorting=text, keyword=keyword, by=make_operator(), now=NOW)

    text.refresh_from_db()
    assert text.place == "unmatched"


def test_a_dismissed_text_is_kept_and_for_nobody():
    [text] = come_in(from_phone("hello"))

    dismiss(sorting=text, by=make_operator(), now=NOW)

    text.refresh_from_db()
    assert (text.place, text.text.body) == ("dismissed", "hello")


def test_only_the_messaging_team_sorts():
    [text] = come_in(from_phone("hello"))

    with pytest.raises(PermissionDenied):
        dismiss(sorting=text, by=make_admin(), now=NOW)


def flagged(department=None):
    keyword = make_keyword("CHORUS", department)
    [text] = come_in(from_phone("OXFORD CHORUS please stop these texts"))
    assert (text.wish, text.keyword) == ("perhaps", keyword)
    return text


def test_who_wants_no_more_texts_is_opted_out_with_the_words_as_evidence():
    department = make_department()
    text = flagged(department)
    admin = make_admin(department)

    wants_no_more(sorting=text, by=admin, now=NOW)
    wants_no_more(sorting=text, by=admin, now=NOW)

    opt_out = OptOut.objects.get()
    assert (opt_out.number, opt_out.department) == (PHONE, department)
    assert opt_out.words == "OXFORD CHORUS please stop these texts"
    text.refresh_from_db()
    assert text.looked_at == NOW


def test_a_text_about_something_else_is_only_marked_as_read():
    department = make_department()
    text = flagged(department)

    is_something_else(sorting=text, by=make_admin(department), now=NOW)

    text.refresh_from_db()
    assert text.looked_at == NOW
    assert not OptOut.objects.exists()


@pytest.mark.parametrize("make", [make_admin, make_user])
def test_nobody_decides_about_a_text_that_is_not_theirs_to_read(make):
    text = flagged()
    stranger = make(make_department("Elsewhere"))

    for deed in (wants_no_more, is_something_else):
        with pytest.raises(PermissionDenied):
            deed(sorting=text, by=stranger, now=NOW)


def test_what_came_from_no_phone_is_not_opted_out():
    department = make_department()
    make_keyword("CHORUS", department)
    [text] = come_in(from_phone("OXFORD CHORUS please stop that", phone="BANK"))

    with pytest.raises(Refused, match="BANK is no phone number"):
        wants_no_more(sorting=text, by=make_admin(department), now=NOW)
