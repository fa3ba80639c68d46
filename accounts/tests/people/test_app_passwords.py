"""App passwords: made under My profile, shown once, kept as a hash, revoked."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.people import services
from accounts.people.errors import NotPossible
from accounts.people.models import AppPassword
from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from smsportal.lib import request_context

pytestmark = pytest.mark.django_db

PROFILE, MAKE = reverse("people:profile"), reverse("people:profile_app_password_make")
NOW = dt.datetime(2026, 5, 12, 13, 4, tzinfo=dt.UTC)


@pytest.fixture
def amira():
    return make_user(
        make_department(), username="phys0423", name="Amira Khan", email="amira@ox.ac.uk",
        allow_relay=True,
    )  # fmt: skip


def make(by, name="Lab freezer alarm", now=NOW):
    return services.make_app_password(name=name, by=by, now=now)


def whose(secret, username="phys0423", now=NOW):
    return services.person_of(username=username, password=secret, now=now)


def test_an_app_password_says_who_signs_in(amira):
    _, secret = make(amira)

    assert whose(secret) == amira
    assert whose(secret, " PHYS0423 ") == amira


def test_it_is_long_and_every_time_another(amira):
    secrets = {make(amira, f"Alarm {n}")[1] for n in range(5)}

    assert len(secrets) == 5
    assert all(re.fullmatch(r"([a-km-np-z2-9]{4}-){5}[a-km-np-z2-9]{4}", each) for each in secrets)


def test_spaces_dashes_and_capitals_are_as_one_types_them(amira):
    _, secret = make(amira)

    assert whose(secret.replace("-", " ").upper()) == amira
    assert whose(secret.replace("-", "")) == amira


@pytest.mark.parametrize("wrong", ["", "-", "correct horse battery", "a" * 24, "x" * 100_000])
def test_anything_else_is_nobodys(amira, wrong):
    make(amira)

    assert whose(wrong) is None


def test_the_account_password_is_no_app_password(amira):
    amira.set_password("correct horse battery")
    amira.save()

    assert whose("correct horse battery") is None


@pytest.mark.parametrize("username", ["", "phys0424", "amira@ox.ac.uk", "phys0423\u0430", "\ud800"])
def test_it_is_of_no_use_under_another_name(amira, username):
    _, secret = make(amira)

    assert whose(secret, username) is None


def test_only_a_hash_of_it_is_kept_and_the_hash_opens_nothing(amira):
    made, secret = make(amira)

    kept = AppPassword.objects.filter(pk=made.pk).values()[0]
    assert not any(secret in str(value) for value in kept.values())
    assert not any(secret.replace("-", "") in str(value) for value in kept.values())
    assert whose(kept["secret_hash"]) is None


def test_another_key_of_the_portal_makes_it_useless_and_a_former_one_does_not(amira, settings):
    _, secret = make(amira)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    assert whose(secret) is None

    settings.SECRET_KEY_FALLBACKS = [former]
    assert whose(secret) == amira


def test_a_revoked_one_is_over_at_once(amira):
    made, secret = make(amira)

    assert services.revoke_app_password(app_password=made, by=amira, now=NOW)
    assert whose(secret) is None
    assert not services.revoke_app_password(app_password=made, by=amira, now=NOW)


def test_it_is_of_no_use_while_relay_is_switched_off_or_the_department_is_closed(amira):
    _, secret = make(amira)

    amira.department.closed_at = NOW
    amira.department.save()
    assert whose(secret) is None

    amira.department.closed_at = None
    amira.department.save()
    amira.allow_relay = False
    amira.save()
    assert whose(secret) is None


def test_whoever_leaves_takes_none_along_and_finds_none_when_back(amira):
    admin = make_admin(amira.department)
    _, secret = make(amira)

    services.remove_person(person=amira, by=admin, now=NOW)
    services.restore_person(person=amira, by=admin, now=NOW)
    amira.allow_relay = True
    amira.save()

    assert whose(secret) is None


def test_a_forced_reset_ends_them_too(amira):
    _, secret = make(amira)

    services.force_reset(person=amira, by=make_admin(amira.department), now=NOW)

    assert whose(secret) is None


def test_its_last_use_is_noted_once_a_minute(amira):
    made, secret = make(amira)
    request_context.begin(request_id="", ip="10.31.7.9")
    try:
        for seconds in (1, 30, 50):
            whose(secret, now=NOW + dt.timedelta(seconds=seconds))
        made.refresh_from_db()
        assert (made.last_used_at, made.last_used_ip) == (
            NOW + dt.timedelta(seconds=1),
            "10.31.7.9",
        )

        whose(secret, now=NOW + dt.timedelta(seconds=62))
        made.refresh_from_db()
        assert made.last_used_at == NOW + dt.timedelta(seconds=62)
    finally:
        request_context.begin(request_id="", ip=None)


def test_a_wrong_try_is_no_use(amira):
    made, secret = make(amira)

    whose(secret, "phys0999")

    made.refresh_from_db()
    assert made.last_used_at is None


def test_looking_one_up_is_one_question(amira, django_assert_num_queries):
    _, secret = make(amira)
    whose(secret)

    with django_assert_num_queries(1):
        whose("not-one-of-ours")
    with django_assert_num_queries(2):
        whose(secret)


# ---------------------------------------------------------------- making one


@pytest.mark.parametrize("make_one", [make_admin, make_operator, make_finance, make_user])
def test_only_a_user_who_may_send_by_email_makes_one(make_one):
    with pytest.raises(PermissionDenied):
        make(make_one())

    assert not AppPassword.objects.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Say what it is for, for example Lab freezer alarm."),
        ("  ", "Say what it is for, for example Lab freezer alarm."),
        ("x" * 61, "The name has 61 characters; 60 fit."),
        (
            "lab FREEZER  alarm",
            "You have an app password for lab FREEZER alarm already. Revoke it first, or add to "
            "the name.",
        ),
    ],
)
def test_a_name_says_which_it_is(amira, name, words):
    make(amira)

    with pytest.raises(NotPossible) as refused:
        make(amira, name)

    assert (refused.value.field, refused.value.words) == ("name", words)


def test_a_revoked_name_is_free_again(amira):
    made, _ = make(amira)
    services.revoke_app_password(app_password=made, by=amira, now=NOW)

    assert make(amira)[0].name == "Lab freezer alarm"


def test_ten_and_no_more(amira):
    for n in range(10):
        make(amira, f"Alarm {n}")

    with pytest.raises(NotPossible, match="10 app passwords, the most there can be"):
        make(amira, "One more")


def test_making_and_revoking_are_on_record_and_the_person_is_told(amira):
    made, secret = make(amira)
    services.revoke_app_password(app_password=made, by=amira, now=NOW)

    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "words")) == [
        (
            "profile.app_password_made",
            "Made the app password “Lab freezer alarm” of Amira Khan (phys0423) for email to SMS.",
        ),
        (
            "profile.app_password_revoked",
            "Revoked the app password “Lab freezer alarm” of Amira Khan (phys0423) for email to "
            "SMS.",
        ),
    ]
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == ("amira@ox.ac.uk", "An app password was made for you")
    assert secret not in mail.body + mail.html
    assert "“Lab freezer alarm” was made for phys0423, today at 2:04pm" in mail.body


# ---------------------------------------------------------------- the pages


def test_it_is_shown_once(client, amira):
    client.force_login(amira)

    shown = client.post(MAKE, {"name": "Lab freezer alarm"})

    secret = re.search(r'id="app-pw">([^<]+)<', shown.content.decode())[1]
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]
    profile = client.get(PROFILE).content.decode()
    assert "Lab freezer alarm" in profile
    assert "Never used." in profile
    assert secret not in profile
    assert whose(secret) == amira


def test_what_is_wrong_comes_back_as_it_was_typed(client, amira):
    client.force_login(amira)

    answer = client.post(MAKE, {"name": "x" * 61})

    assert answer.status_code == 422
    assert "The name has 61 characters; 60 fit." in answer.content.decode()
    assert f'value="{"x" * 61}"' in answer.content.decode()


def test_the_page_revokes_one(client, amira):
    made, secret = make(amira)
    client.force_login(amira)

    client.post(reverse("people:profile_app_password_revoke", args=[made.uid]))

    assert whose(secret) is None
    assert "Lab freezer alarm can no longer send" in client.get(PROFILE).content.decode()


def test_nobody_revokes_anothers(client, amira):
    made, secret = make(amira)
    client.force_login(make_user(amira.department, allow_relay=True))

    answer = client.post(reverse("people:profile_app_password_revoke", args=[made.uid]))

    assert answer.status_code == 404
    assert whose(secret) == amira


def test_somebody_without_the_right_is_shown_none_of_it(client):
    user = make_user()
    client.force_login(user)

    assert "app-passwords" not in client.get(PROFILE).content.decode()
    assert client.post(MAKE, {"name": "Alarm"}).status_code == 403


def test_where_the_proof_is_switched_off_none_can_be_made(client, amira, settings):
    settings.RELAY_PROOFS = ["dkim"]
    client.force_login(amira)

    page = client.get(PROFILE).content.decode()
    assert "07700900123@" in page
    assert "app-passwords" not in page
    assert client.post(MAKE, {"name": "Alarm"}).status_code == 404


def test_the_profile_says_how_to_write(client, amira, settings):
    settings.RELAY_DOMAINS = ["texts.example.ac.uk"]
    client.force_login(amira)

    page = client.get(PROFILE).content.decode().replace("<wbr>", "")

    assert "07700900123@texts.example.ac.uk" in page
