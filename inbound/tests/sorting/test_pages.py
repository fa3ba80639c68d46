"""Texts to keywords for those who read them, and texts for nobody for the messaging team."""

import pytest
from django.urls import reverse

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_admin, make_department, make_operator, make_user
from inbound.keywords.models import Keyword
from inbound.sorting.models import Sorting
from inbound.tests.make import PHONE, come_in, from_phone, make_keyword
from messaging.contacts.models import Contact
from messaging.senders.models import OptOut
from messaging.tests.make import NOW

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\u202e ' OR 1=1 -- {{ 7 }} %s"


@pytest.fixture
def department():
    return make_department()


@pytest.fixture
def keyword(department):
    return make_keyword(
        "CHORUS", department, replies=True, reply="Thanks", mobiles=["+447700900142"]
    )


def as_(client, person):
    client.force_login(person)
    return client


def texts_of(client, **query):
    return client.get(reverse("sorting:texts"), query).text


def test_an_admin_reads_who_wrote_what_and_what_was_done(client, department, keyword):
    Contact.objects.create(
        department=department, number=PHONE, first_name="Harpreet", last_name="Gill"
    )
    come_in(from_phone("OXFORD CHORUS two places"), from_phone("OXFORD CHORUS and a third"))

    page = texts_of(as_(client, make_admin(department)))

    assert "Harpreet Gill" in page
    assert "07700 900123" in page
    assert "two places" in page
    assert "Texted to 1 mobile" in page
    assert "Automatic reply sent" in page
    assert "No automatic reply, because that number had an automatic reply within a day" in page


def test_copies_by_mail_say_to_whom_they_went_and_how_they_are(client, department):
    addresses = ["box@physics.example.ac.uk", "amira@example.ac.uk", "gone@example.ac.uk"]
    make_keyword("CHORUS", department, emails=[*addresses, "slow@example.ac.uk"])
    come_in(from_phone("OXFORD CHORUS two places"))
    client = as_(client, make_admin(department))
    before = texts_of(client)
    assert f"Being mailed to {', '.join(addresses)}, slow@example.ac.uk" in before

    mails = OutgoingMail.objects
    mails.filter(to__in=addresses[:2]).update(sent_at=NOW)
    mails.filter(to=addresses[2]).update(failed_at=NOW, last_error="550 No <such> user")
    mails.filter(to="slow@example.ac.uk").update(last_error="451 Come again later")

    page = texts_of(client)
    assert f"Mailed to {', '.join(addresses[:2])}<br>" in page
    assert f"Could not be mailed to {addresses[2]}: 550 No &lt;such&gt; user" in page
    assert "Not mailed to slow@example.ac.uk yet, and tried again: 451 Come again later" in page


def test_the_copies_of_another_text_are_not_shown_with_it(client, department):
    make_keyword("CHORUS", department)
    come_in(from_phone("OXFORD CHORUS kept only"))
    Keyword.objects.update(emails=["box@physics.example.ac.uk"])
    come_in(from_phone("OXFORD CHORUS mailed", phone="+447700900124"))

    page = texts_of(as_(client, make_admin(department)), q="kept only")

    assert "box@physics" not in page


def test_a_reader_reads_and_a_colleague_does_not(client, department, keyword):
    reader, colleague = make_user(department), make_user(department)
    keyword.readers.add(reader)
    come_in(from_phone("OXFORD CHORUS two places"))

    assert "two places" in texts_of(as_(client, reader))
    assert "Keywords</a>" in client.get(reverse("history:list")).text
    assert "two places" not in texts_of(as_(client, colleague))
    assert "Keywords</a>" not in client.get(reverse("history:list")).text


def test_a_name_from_a_colleagues_contacts_is_not_shown(client, department, keyword):
    reader, colleague = make_user(department), make_user(department)
    keyword.readers.add(reader)
    Contact.objects.create(
        department=department, owner=colleague, number=PHONE, first_name="Secret"
    )
    come_in(from_phone("OXFORD CHORUS two places"))

    client = as_(client, reader)

    assert "Secret" not in texts_of(client)
    assert "two places" not in texts_of(client, q="Secret")


@pytest.mark.parametrize("find", ["places", "07700 900123", "0123", "harpreet gill"])
def test_a_text_is_found_by_words_number_or_name(client, department, keyword, find):
    Contact.objects.create(
        department=department, number=PHONE, first_name="Harpreet", last_name="Gill"
    )
    come_in(
        from_phone("OXFORD CHORUS two places"),
        from_phone("OXFORD CHORUS no thanks", phone="+447700900777"),
    )

    page = texts_of(as_(client, make_admin(department)), q=find)

    assert "two places" in page
    assert "no thanks" not in page


def test_many_texts_cost_no_more_questions_than_one(
    client, department, keyword, django_assert_max_num_queries
):
    come_in(
        *(from_phone(f"OXFORD CHORUS n{n}", phone=f"+447700900{n:03d}") for n in range(100, 120))
    )
    client = as_(client, make_admin(department))

    with django_assert_max_num_queries(20):
        texts_of(client)


def test_the_csv_has_what_the_page_has_and_no_formula(client, department, keyword):
    come_in(from_phone("OXFORD CHORUS =1+1"), from_phone("OXFORD CHORUS other"))

    answer = as_(client, make_admin(department)).get(reverse("sorting:texts_csv"), {"q": "1"})

    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0] == '"Received","Keyword","Name","From","Words","What was done"'
    assert '"\'=1+1"' in "".join(lines)


def test_a_flagged_text_offers_two_choices_and_then_no_more(client, department, keyword):
    [text] = come_in(from_phone("OXFORD CHORUS please stop these"))
    client = as_(client, make_admin(department))
    assert "To look at" in texts_of(client)

    client.post(reverse("sorting:text_no_more", args=[text.uid]))

    assert OptOut.objects.get().number == PHONE
    assert "They want no more texts" not in texts_of(client)


def test_hostile_words_are_words(client, department, keyword):
    come_in(from_phone(f"OXFORD CHORUS {HOSTILE}"), from_phone(HOSTILE))

    for person, name in ((make_admin(department), "texts"), (make_operator(), "unmatched")):
        page = as_(client, person).get(reverse(f"sorting:{name}")).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_text_for_nobody_goes_to_the_keyword_that_was_meant(client, keyword):
    [text] = come_in(from_phone("OXFORDCHORUS two places"))
    client = as_(client, make_operator())
    assert "Did they mean CHORUS?" in client.get(reverse("sorting:unmatched")).text

    client.post(reverse("sorting:unmatched_assign", args=[text.uid]), {"keyword": "CHORUS"})
    again = client.post(reverse("sorting:unmatched_assign", args=[text.uid]), {"keyword": "CHORUS"})

    text.refresh_from_db()
    assert text.keyword == keyword
    assert again.status_code == 422
    assert "sorted already by" in again.text


def test_a_text_is_assigned_to_no_keyword_without_one(client, keyword):
    [text] = come_in(from_phone("hello"))
    client = as_(client, make_operator())

    answer = client.post(reverse("sorting:unmatched_assign", args=[text.uid]), {"keyword": "X"})

    assert answer.status_code == 422
    assert "Choose the keyword that it was for" in answer.text


def test_a_dismissed_text_leaves_the_list(client):
    [text] = come_in(from_phone("hello"))
    client = as_(client, make_operator())

    client.post(reverse("sorting:unmatched_dismiss", args=[text.uid]))

    assert Sorting.objects.get().place == "dismissed"
    assert "hello" not in client.get(reverse("sorting:unmatched")).text


def test_the_messaging_team_does_not_read_what_a_keyword_had_from_the_beginning(client, keyword):
    [text] = come_in(from_phone("OXFORD CHORUS private"))

    answer = as_(client, make_operator()).get(reverse("sorting:unmatched_assign", args=[text.uid]))

    assert answer.status_code == 404
