"""Every text from a phone gets its place, once, and is never lost."""

import datetime as dt

import pytest

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_department, make_user
from inbound.calling.models import WebhookCall
from inbound.sorting.models import Sorting
from inbound.sorting.queries import waiting
from inbound.sorting.services import effects, sort_waiting
from inbound.sorting.services import sorting as sorter
from inbound.tests.make import CODE, NUMBER, PHONE, come_in, from_phone, make_keyword, make_number
from inbound.twoway.models import Answer, Conversation
from messaging.contacts.models import Contact
from messaging.incoming.models import IncomingText
from messaging.sending.models import Batch, Message
from messaging.tests.make import NOW, make_contact, make_queued

pytestmark = pytest.mark.django_db


def placed(sorting):
    return sorting.place, sorting.keyword.word if sorting.keyword else "", sorting.words


def test_a_text_with_a_keyword_is_for_its_department():
    keyword = make_keyword("CHORUS")

    [sorting] = come_in(from_phone("oxford chorus: this is an example"))

    assert placed(sorting) == ("keyword", "CHORUS", "this is an example")
    assert sorting.keyword == keyword


@pytest.mark.parametrize(
    ("body", "to", "suggestion"),
    [
        ("OXFORD NOSUCH hello", CODE, ""),
        ("OXFORDCHORUS hello", CODE, "CHORUS"),
        ("hello", CODE, ""),
        ("", CODE, ""),
        ("hello", "+447700900999", ""),
    ],
)
def test_a_text_for_nobody_is_kept_for_the_messaging_team(body, to, suggestion):
    make_keyword("CHORUS")

    [sorting] = come_in(from_phone(body, to=to))

    assert (sorting.place, sorting.suggestion) == ("unmatched", suggestion)
    assert IncomingText.objects.get().body == body


def test_a_keyword_that_was_given_back_is_nobodys():
    make_keyword("CHORUS", released_at=NOW)

    [sorting] = come_in(from_phone("OXFORD CHORUS hello"))

    assert sorting.place == "unmatched"


def test_a_carriers_repeat_changes_nothing():
    make_keyword("CHORUS", emails=["a@example.ac.uk"])
    text = from_phone("OXFORD CHORUS hello", ref="R1")

    come_in(text)
    come_in(text, text)
    sort_waiting(now=NOW)

    assert (Sorting.objects.count(), OutgoingMail.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("body", "to"), [("OXFORD CHORUS hello", CODE), ("Hello", NUMBER)], ids=["keyword", "number"]
)
def test_what_another_sorter_has_placed_meanwhile_is_not_acted_on_again(body, to):
    make_keyword("CHORUS", emails=["box@example.ac.uk"])
    make_number(make_user())
    come_in(from_phone(body, to=to), sort=False)
    read_before = list(waiting().select_related("text"))
    sort_waiting(now=NOW)

    sorter._sort(read_before, NOW)

    assert OutgoingMail.objects.count() == (to == CODE)
    assert [talk.unread_count for talk in Conversation.objects.all()] == [1] * (to == NUMBER)


def test_a_text_to_a_number_begins_a_conversation_and_the_next_goes_on_with_it():
    user = make_user()
    make_number(user)

    come_in(from_phone("Which lab?", to=NUMBER))
    come_in(
        from_phone("Hello?", to=NUMBER),
        from_phone("Me too", to=NUMBER, phone="+447700900124"),
        now=NOW + dt.timedelta(minutes=1),
    )

    [first, second] = Conversation.objects.order_by("number")
    assert (first.number, first.unread_count, first.last_words) == (PHONE, 2, "Hello?")
    assert (second.person, second.unread_count) == (user, 1)


def test_a_reply_is_read_as_the_answer_to_the_message_it_answers():
    user = make_user()
    make_number(user)
    [asked] = make_queued(user, [PHONE], sender=NUMBER, sender_kind="number")

    come_in(from_phone("Yes I can do 2pm", to=NUMBER))

    answer = Answer.objects.get()
    assert (answer.message, answer.said) == (asked, "yes")


# -- Copies -------------------------------------------------------------------------------


def test_a_copy_goes_by_mail_in_plain_text_and_says_where_to_answer(settings):
    settings.PORTAL_URL = "https://sms.example.ac.uk"
    make_keyword("CHORUS", emails=["a@example.ac.uk", "b@example.ac.uk"])

    come_in(from_phone("OXFORD CHORUS <b>hello</b>\nBcc: x@example.ac.uk"))

    first, second = OutgoingMail.objects.order_by("to")
    assert (first.to, second.to) == ("a@example.ac.uk", "b@example.ac.uk")
    assert first.subject == "Text from 07700 900123 to CHORUS"
    assert first.body.startswith(
        "07700 900123 wrote:\n\n    <b>hello</b> Bcc: x@example.ac.uk\n\nFrom 07700 900123 to "
    )
    assert "https://sms.example.ac.uk/messages/keywords/\n" in first.body
    assert "your address is set for the keyword CHORUS.\n" in first.body
    assert first.html == ""


def test_a_copy_of_a_reply_says_who_wrote_and_to_answer_in_2way(settings):
    settings.PORTAL_URL = "https://sms.example.ac.uk"
    amira = make_user()
    make_number(amira, emails=["amira@example.ac.uk"])
    make_contact(amira, number=PHONE, first_name="Harpreet", last_name="Gill")

    come_in(from_phone("Yes.\nDo not answer this mail: see http://bad.example", to=NUMBER))

    mail = OutgoingMail.objects.get()
    assert mail.body.startswith(
        "Harpreet Gill wrote:\n\n    Yes.\n    Do not answer this mail: see http://bad.example\n\n"
    )
    assert "Answer in 2WAY: https://sms.example.ac.uk/2way/\n" in mail.body


def test_a_keyword_alone_is_mailed_as_no_words():
    make_keyword("CHORUS", emails=["a@example.ac.uk"])

    come_in(from_phone("OXFORD CHORUS"))

    assert "    (no words)\n" in OutgoingMail.objects.get().body


def test_a_copy_goes_to_phones_as_a_text_of_the_department():
    keyword = make_keyword("CHORUS", mobiles=["+447700900142", "+447700900143"])

    come_in(from_phone("OXFORD CHORUS hello"))

    batch = Batch.objects.get()
    assert (batch.department, batch.person, batch.source) == (keyword.department, None, "forward")
    assert batch.body == "07700 900123 to CHORUS: hello"
    assert (batch.sender, batch.cost_code, batch.state) == (
        keyword.department.alpha_tag, "PH0123", "running"
    )  # fmt: skip
    assert {m.number for m in Message.objects.all()} == {"+447700900142", "+447700900143"}


def test_a_copy_never_goes_back_to_who_wrote_nor_to_our_own_numbers():
    make_number(make_user())
    make_keyword("CHORUS", mobiles=[PHONE, NUMBER])

    come_in(from_phone("OXFORD CHORUS hello"))

    assert Batch.objects.count() == 0


def test_a_long_text_is_forwarded_as_far_as_phones_join_it_up():
    make_keyword("CHORUS", mobiles=["+447700900142"])

    come_in(from_phone("OXFORD CHORUS " + "€" * 5000))

    assert Batch.objects.get().part_count == 6


def test_a_forward_over_the_departments_cap_is_not_sent_and_says_why():
    department = make_department(parts_per_month_cap=0)
    make_keyword("CHORUS", department, mobiles=["+447700900142"])

    [sorting] = come_in(from_phone("OXFORD CHORUS hello"))

    assert Batch.objects.count() == 0
    assert "0 of the 0" in sorting.no_forward_why


def test_a_departments_own_system_is_called_once_a_text():
    make_keyword("CHORUS", webhook_url="https://example.ac.uk/hook")

    [sorting] = come_in(from_phone("OXFORD CHORUS hello"))

    assert WebhookCall.objects.get().text == sorting.text


# -- Replies ------------------------------------------------------------------------------


def replies():
    return [batch.body for batch in Batch.objects.filter(source="reply").order_by("pk")]


def test_a_keyword_answers_by_itself_from_the_short_code():
    keyword = make_keyword("CHORUS", replies=True, reply="Thank you ((first name)).")
    Contact.objects.create(department=keyword.department, number=PHONE, first_name="Ada")

    [sorting] = come_in(from_phone("OXFORD CHORUS hello"))

    batch = Batch.objects.get()
    assert (batch.body, batch.sender, batch.sender_kind) == ("Thank you Ada.", CODE, "number")
    assert (sorting.reply, batch.person_name) == (batch, "Automatic reply of CHORUS")


def test_whom_we_do_not_know_is_answered_without_a_name():
    make_keyword("CHORUS", replies=True, reply="Hello ((first name)), thank you.")

    come_in(from_phone("OXFORD CHORUS hello"))

    assert replies() == ["Hello, thank you."]


def test_outside_the_hours_another_reply_goes():
    hours = {"opens_at": dt.time(9), "closes_at": dt.time(13), "reply_outside": "Closed."}
    make_keyword("CHORUS", replies=True, reply="Open.", has_hours=True, **hours)

    come_in(from_phone("OXFORD CHORUS hello"))  # 2:04pm

    assert replies() == ["Closed."]


def test_a_number_answers_from_itself_with_its_own_contacts_names():
    user = make_user()
    make_number(user, replies=True, reply="Thanks ((name)).")
    Contact.objects.create(
        department=user.department, owner=user, number=PHONE, first_name="Ada", last_name="King"
    )

    come_in(from_phone("hello", to=NUMBER))

    batch = Batch.objects.get()
    assert (batch.body, batch.sender) == ("Thanks Ada King.", NUMBER)


def test_one_reply_a_day_to_one_phone():
    make_keyword("CHORUS", replies=True, reply="Thank you.")
    day = dt.timedelta(hours=24, seconds=1)

    for at in (NOW, NOW + day / 2, NOW + day):
        come_in(from_phone("OXFORD CHORUS hello"), now=at)

    assert replies() == ["Thank you."] * 2


def test_three_replies_a_day_to_one_phone_whatever_it_texts():
    for word in ("ONE", "TWO", "THREE", "FOUR"):
        make_keyword(word, replies=True, reply=f"Thank you for {word}.")

    *_, last = come_in(*[from_phone(f"OXFORD {w} hi") for w in ("ONE", "TWO", "THREE", "FOUR")])

    assert len(replies()) == 3
    assert last.no_reply_why == "that number had 3 automatic replies within a day"


def test_twenty_replies_a_minute_of_one_keyword():
    make_keyword("CHORUS", replies=True, reply="Thank you.")
    many = [from_phone("OXFORD CHORUS hi", phone=f"+4477009001{n:02}") for n in range(25)]

    come_in(*many)

    assert len(replies()) == 20


@pytest.mark.parametrize("phone", ["BANK", "60777", "+44770", NUMBER])
def test_what_is_no_persons_phone_is_not_answered(phone):
    make_number(make_user())
    make_keyword("CHORUS", replies=True, reply="Thank you.")

    come_in(from_phone("OXFORD CHORUS hello", phone=phone))

    assert Batch.objects.count() == 0


def test_two_that_answer_by_themselves_stop_after_one_reply():
    """Each is heard by the other, as two machines facing each other would be."""
    make_number(make_user(), replies=True, reply="I am away.")
    answer = "OXFORD CHORUS Your text was received"
    make_keyword("CHORUS", replies=True, reply="Thank you.")

    for _ in range(5):
        come_in(from_phone("Your text was received", to=NUMBER), from_phone(answer))

    assert sorted(replies()) == ["I am away.", "Thank you."]


def test_our_own_words_that_come_back_are_not_answered():
    make_keyword("CHORUS", replies=True, reply="Thank you.")
    make_queued(make_user(), [PHONE], body="Oxford Chorus: hello!")

    [sorting] = come_in(from_phone("OXFORD CHORUS hello"), now=NOW)

    assert sorting.no_reply_why == "it says what we have texted to that number"


# -- When something fails -----------------------------------------------------------------


def test_a_text_that_cannot_be_acted_on_is_in_its_place_all_the_same(monkeypatch, caplog):
    make_keyword("CHORUS", replies=True, reply="Thank you.")
    make_keyword("OTHER")

    def fail(*_, **__):
        raise RuntimeError("broken")

    monkeypatch.setattr(effects, "answer", fail)
    first, second = come_in(from_phone("OXFORD CHORUS hello"), from_phone("OXFORD OTHER hello"))

    assert (first.place, first.no_reply_why) == ("keyword", "of a fault of the portal")
    assert second.place == "keyword"
    assert Batch.objects.count() == 0


def test_what_fails_half_way_is_done_once_when_it_is_tried_again(monkeypatch):
    make_keyword("CHORUS", emails=["a@example.ac.uk"], replies=True, reply="Thank you.")
    whole, tries = effects.answer, []

    def fail_once(*args, **fields):
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("broken")
        whole(*args, **fields)

    monkeypatch.setattr(effects, "answer", fail_once)
    come_in(from_phone("OXFORD CHORUS hello"))

    assert (OutgoingMail.objects.count(), replies()) == (1, ["Thank you."])


@pytest.mark.parametrize(
    "body",
    ["<script>alert(1)</script>", "\x1b[31mred\x07", "\u202egnirts", "👩‍👩‍👧" * 50, "x" * 10_000,
     "=HYPERLINK(1)", "{{ settings.SECRET_KEY }}", "((name))", "\r\nBcc: a@b", "\ud83d"[:0]],
)  # fmt: skip
def test_hostile_words_are_only_words(body):
    make_keyword(
        "CHORUS", emails=["a@example.ac.uk"], mobiles=["+447700900142"], replies=True, reply="Hi."
    )

    [sorting] = come_in(from_phone(f"OXFORD CHORUS {body}"))

    assert sorting.place == "keyword"
    assert "\n" not in OutgoingMail.objects.get().subject
    assert IncomingText.objects.get().body == f"OXFORD CHORUS {body}"
