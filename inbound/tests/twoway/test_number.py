"""Edit Virtual Number."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_department, make_user
from inbound.tests.make import NUMBER, come_in, from_phone, make_number
from inbound.twoway import services
from inbound.twoway.models import ReplyNumber
from messaging.senders.models import Sender
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db

ADDRESS = "/2way/number/"


@pytest.fixture
def amira():
    amira = make_user(make_department(), name="Amira Khan", username="phys0423")
    make_number(amira)
    return amira


@pytest.fixture
def as_amira(client, amira):
    client.force_login(amira)
    return client


def test_the_username_is_always_ticked_and_the_reply_number_shown(as_amira):
    text = as_amira.get(ADDRESS).text

    assert (
        '<input type="checkbox" checked disabled><span>Username, <span class="mono">phys0423'
        in text
    )
    assert '<b class="nowrap tnum">07700 900950</b>' in text
    assert "Allow auto response for this number" in text


def test_what_is_chosen_is_kept_and_the_activity_tells_it_without_addresses(as_amira, amira):
    typed = {
        "by_email": "on", "emails": "amira@example.ac.uk", "by_mobile": "on",
        "mobiles": "07700 900142", "replies": "on", "reply": "Thanks ((first name))",
    }  # fmt: skip

    response = as_amira.post(ADDRESS, typed)

    assert response.url == reverse("twoway:list")
    number = ReplyNumber.objects.get()
    assert (number.emails, number.mobiles) == (["amira@example.ac.uk"], ["+447700900142"])
    assert number.replies
    line = AuditEvent.objects.get(verb="numbers.changed")
    assert line.words == (
        f"{amira.audit_name} set up the virtual number 07700 900950: copies 1 by email, 1 by text, "
        "automatic reply on."
    )


def test_what_cannot_be_is_said_and_what_was_typed_stays(as_amira):
    typed = {"by_email": "on", "emails": "physics", "replies": "on", "reply": "Kept words"}

    response = as_amira.post(ADDRESS, typed)

    assert response.status_code == 422
    assert "physics is not an email address." in response.text
    assert "Kept words" in response.text
    assert ReplyNumber.objects.get().emails == []


def test_a_number_without_a_row_of_its_own_can_be_set_up(as_amira):
    ReplyNumber.objects.all().delete()

    as_amira.post(ADDRESS, {"replies": "on", "reply": "Thanks"})

    assert ReplyNumber.objects.get().reply == "Thanks"


def test_the_automatic_reply_stands_in_the_conversation_as_one(as_amira):
    as_amira.post(ADDRESS, {"replies": "on", "reply": "We have your text"})

    come_in(from_phone("Hello", to=NUMBER), now=timezone.now())

    talk = as_amira.get(reverse("twoway:list")).context["listed"][0].talk
    text = as_amira.get(reverse("twoway:thread", args=[talk.uid])).text
    assert "We have your text" in text
    assert "Automatic reply, " in text


def test_each_of_two_numbers_has_a_pencil_of_its_own(as_amira, amira):
    second = make_number(amira, drama(51))
    address = reverse("twoway:one_number", args=[second.uid])
    inbox = as_amira.get(reverse("twoway:list")).text
    assert f'href="{address}"' in inbox
    assert inbox.count("Edit Virtual Number") == 2

    as_amira.post(address, {"replies": "on", "reply": "From the second"})

    assert ReplyNumber.objects.get(sender=second).reply == "From the second"
    assert ReplyNumber.objects.get(sender__number=NUMBER).reply == ""


def test_whoever_has_no_number_now_has_no_such_page(as_amira):
    Sender.objects.update(released_at=timezone.now())

    assert as_amira.get(ADDRESS).status_code == 404


def test_nobody_sets_up_the_number_of_somebody_else(amira):
    with pytest.raises(PermissionDenied):
        services.change_number(
            number=ReplyNumber.objects.get(), by=make_user(amira.department), now=NOW
        )
