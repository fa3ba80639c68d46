"""The form of where texts go, shared by keywords and virtual numbers."""

import pytest

from accounts.tests.make import make_user
from inbound.handling.forms import HandlingForm, initial_of
from inbound.keywords.models import Keyword
from inbound.tests.make import NUMBER, make_keyword, make_number

pytestmark = pytest.mark.django_db

HOURS = {"opens_at": "09:00", "closes_at": "17:00", "days": "weekdays"}


def errors(**typed):
    form = HandlingForm(typed)
    form.is_valid()
    return {name: list(words) for name, words in form.errors.items()}


def test_any_destinations_go_together_and_come_back_as_they_were_typed():
    keyword = make_keyword()
    typed = {
        "by_email": "on", "emails": "a@example.ac.uk, b@example.ac.uk\nA@example.ac.uk",
        "by_mobile": "on", "mobiles": "07700 900142\n+447700900143",
        "replies": "on", "reply": "Thank you, ((first name)).\r\nBye",
        "has_hours": "on", **HOURS, "reply_outside": "We are away.",
    }  # fmt: skip
    form = HandlingForm(typed)

    assert form.is_valid(), form.errors
    form.fill(keyword)
    keyword.save()

    keyword = Keyword.objects.get()
    assert keyword.emails == ["a@example.ac.uk", "b@example.ac.uk"]
    assert keyword.mobiles == ["+447700900142", "+447700900143"]
    assert keyword.reply == "Thank you, ((first name)).\nBye"
    assert keyword.hours is not None
    assert initial_of(keyword)["mobiles"] == "07700 900142\n07700 900143"
    assert HandlingForm(initial_of(keyword)).is_valid()


def test_what_is_unticked_is_emptied_and_nothing_is_asked_of_it():
    keyword = make_keyword(emails=["a@example.ac.uk"], mobiles=["+447700900142"])
    form = HandlingForm({"emails": "nonsense", "mobiles": "12", "reply": "Kept", "opens_at": "x"})

    assert form.is_valid(), form.errors
    form.fill(keyword)

    assert (keyword.emails, keyword.mobiles, keyword.replies) == ([], [], False)
    assert (keyword.reply, keyword.opens_at) == ("Kept", None)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"by_email": "on"}, "emails", "untick Email"),
        ({"by_email": "on", "emails": "physics"}, "emails", "physics is not an email address"),
        ({"by_mobile": "on"}, "mobiles", "untick Mobile number"),
        ({"by_mobile": "on", "mobiles": "01632 960001"}, "mobiles", "01632 960001 is a landline"),
        ({"replies": "on"}, "reply", "Write what to reply"),
        ({"replies": "on", "reply": "Dear ((title))"}, "reply", "((title)) cannot be filled in"),
        ({"replies": "on", "reply": "x" * 919}, "reply", "This reply makes 7 texts"),
        ({"by_email": "on", "emails": "a@example.ac.uk " * 21}, "emails", "21 email addresses"),
    ],
)
def test_what_cannot_be_is_said_with_what_was_typed(typed, field, words):
    found = errors(**typed)

    assert list(found) == [field]
    assert words in found[field][0]


def test_hours_want_both_times_and_their_own_reply():
    found = errors(replies="on", reply="Thanks", has_hours="on", opens_at="09:00")

    assert set(found) == {"closes_at", "reply_outside"}


def test_hours_that_end_when_they_begin_are_none():
    hours = {"opens_at": "09:00", "closes_at": "09:00", "reply_outside": "We are away."}

    found = errors(replies="on", reply="Thanks", has_hours="on", **hours)

    assert found == {"closes_at": ["The hours end when they begin. Choose another time."]}


def test_a_copy_to_a_number_of_the_portal_is_refused():
    make_number(make_user(), NUMBER)

    [words] = errors(by_mobile="on", mobiles=NUMBER)["mobiles"]

    assert words.startswith("07700 900950 is a number of this portal")
