"""What the page does while a message is written."""

import pytest
from django.urls import reverse

from accounts.tests.make import make_user
from messaging.senders.models import Sender
from messaging.sending.models import Batch
from messaging.tests.compose.writing import (
    Writer,
    make_contacts,
)
from messaging.tests.make import NOW, drama
from messaging.wording import services as wording
from messaging.wording.models import Template

pytestmark = pytest.mark.django_db
ONE = {"numbers": "07700900001", "message": "Hello"}


def test_a_test_goes_to_my_mobile_as_the_first_person_reads_it():
    user = make_user(my_mobile=drama(99))
    writer = Writer(user, numbers="Aoife 07700900001", message="Hi ((first name))")

    writer.press("test")
    writer.press("test")

    batch = Batch.objects.get()
    message = batch.messages.get()
    assert (batch.source, message.number, message.body or batch.body) == (
        "test",
        drama(99),
        "Hi Aoife",
    )
    assert writer.draft.sent_at is None


def test_without_my_mobile_the_test_says_where_to_set_it():
    response = Writer(make_user(), **ONE).press("test")

    assert response.status_code == 422
    assert "Give your mobile number in My profile first." in response.content.decode()


def test_a_department_without_numbers_has_no_sender_choice():
    page = Writer(make_user()).client.get(reverse("compose:new")).content.decode()

    assert 'name="sender"' not in page
    assert "They cannot reply." in page


def test_whoever_has_a_number_chooses_and_the_number_comes_first():
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number=drama(52))
    Writer(user, **ONE).press("send")
    Writer(user, numbers="07700900002", message="Hi", sender="alpha").press("send")

    senders = Batch.objects.order_by("pk").values_list("sender", flat=True)
    assert list(senders) == [drama(52), "PHYSICS"]


def test_whoever_has_two_numbers_sends_from_the_one_chosen():
    user = make_user()
    for number in (drama(52), drama(53)):
        Sender.objects.create(department=user.department, person=user, number=number)
    writer = Writer(user, **ONE, sender=drama(53))
    writer.press("save")
    page = writer.page()

    writer.press("send")

    assert 'data-label="07700 900053" checked' in page
    assert 'data-label="07700 900052" checked' not in page
    assert Batch.objects.get().sender == drama(53)


def test_a_number_that_was_given_back_meanwhile_is_another_of_theirs():
    user = make_user()
    senders = [
        Sender.objects.create(department=user.department, person=user, number=number)
        for number in (drama(52), drama(53))
    ]
    writer = Writer(user, **ONE, sender=drama(53))
    writer.press("save")
    Sender.objects.filter(pk=senders[1].pk).update(released_at=NOW)

    assert 'data-label="07700 900052" checked' in writer.page()


def test_a_template_is_put_in_and_the_message_keeps_its_version():
    user = make_user()
    template = wording.add(name="Hello", body="Hello from us", by=user, now=NOW)
    writer = Writer(user, numbers="07700900001", template=str(template.uid))
    writer.press("template")
    assert writer.draft.body == "Hello from us"

    writer.press("send", message="Hello from us")

    assert Batch.objects.get().template_version == template.versions.get()
    assert Template.objects.get().last_used_at == NOW


def test_use_on_the_templates_page_begins_a_message_with_its_words():
    user = make_user()
    template = wording.add(name="Hello", body="Hello from us", by=user, now=NOW)

    page = Writer(user).client.get(reverse("compose:new"), {"template": template.uid})

    assert page.context["draft"].body == "Hello from us"


def test_dear_characters_are_named_and_repaired_without_script():
    writer = Writer(make_user(), numbers="07700900001", message="It’s moved – " + "a" * 100)
    writer.press()
    page = writer.page()
    assert "’  –" in page
    assert "That is 2 texts each and not 1: 7p and not 3.5p." in page

    writer.press("repair")

    assert writer.draft.body == "It's moved - " + "a" * 100


def test_the_phone_shows_first_longest_and_last():
    user = make_user()
    make_contacts(user, 1, first_name="Ann")
    make_contacts(user, 1, start=1, first_name="Bartholomew")
    make_contacts(user, 1, start=2, first_name="Cy")
    writer = Writer(user, message="Hi ((first name))")
    writer.press("all", scope="global", find="")

    seen = []
    for _ in range(3):
        seen.append(writer.client.get(writer.address).context["shown"].text)
        writer.press("next")

    assert seen == ["Hi Ann", "Hi Bartholomew", "Hi Cy"]


def test_with_script_only_what_changed_comes_back_and_the_address_is_the_drafts():
    writer = Writer(make_user(), **ONE)

    response = writer.press(htmx=True)

    fragment = response.content.decode()
    assert response.headers["HX-Replace-Url"] == writer.address
    assert "Send to 1 person" in fragment
    assert "<textarea" not in fragment
    assert "<html" not in fragment


def test_with_script_a_search_brings_the_list():
    user = make_user()
    make_contacts(user, 2, first_name="Kwame")
    make_contacts(user, 3, start=5)

    page = Writer(user).client.get(
        reverse("compose:new"), {"find": "kwame"}, headers={"HX-Request": "true"}
    )

    assert page.content.decode().count('name="contact"') == 2
