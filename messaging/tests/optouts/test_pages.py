"""The pages of opt-outs, as a browser without script sees them."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse

from accounts.tests.make import make_admin, make_department, make_operator, make_user
from messaging.senders.models import Asked, OptOut
from messaging.tests.make import NOW, drama, make_contact

pytestmark = pytest.mark.django_db

LIST, ADD, CSV = (reverse(f"optouts:{name}") for name in ("list", "add", "csv"))
EVIL = "<script>alert(1)</script>\u202egnirts"


@pytest.fixture
def physics():
    return make_department("Physics")


@pytest.fixture
def admin(physics):
    return make_admin(physics, name="Gareth Pugh", username="phys0117admin")


@pytest.fixture
def user(physics):
    return make_user(physics)


@pytest.fixture
def as_(client):
    def signed_in(person):
        client.force_login(person)
        return client

    return signed_in


def out(department, number="+447700900123", **fields):
    return OptOut.objects.create(
        **{"department": department, "number": number, "words": "STOP", "at": NOW, **fields}
    )


def words(answer):
    return " ".join(answer.content.decode().split())


def numbers(answer):
    return [each.number for each in answer.context["page"]]


def lifting(opt_out):
    return reverse("optouts:lift", args=[opt_out.uid])


# ---------------------------------------------------------------- the list


def test_the_list_says_who_since_when_and_by_what(as_, admin, physics):
    make_contact(admin, drama(123), first_name="Ffion", last_name="Hughes")
    out(physics, came_to="81025")

    page = words(as_(admin).get(LIST))

    for shown in ("07700 900123", "Ffion Hughes", "Texted “STOP” to 81025", "12 May", "2:04pm"):
        assert shown in page


def test_one_that_was_added_shows_who_added_it_and_the_evidence(as_, admin, physics):
    out(physics, asked=Asked.PHONE, words="Rang on Monday", by_name=admin.audit_name)

    page = words(as_(admin).get(LIST))

    assert "Asked by phone, added by Gareth Pugh" in page
    assert "Rang on Monday" in page
    assert "Not in your contacts" in page


def test_a_department_sees_its_own_and_those_for_everywhere(as_, user, physics):
    out(physics, drama(1))
    out(None, drama(2))
    out(make_department(), drama(3))

    page = as_(user).get(LIST)

    assert sorted(numbers(page)) == [drama(1), drama(2)]
    assert "Everything but emergencies" in words(page)


def test_the_messaging_team_sees_those_for_everywhere_alone(as_, physics):
    out(physics, drama(1))
    out(None, drama(2))

    assert numbers(as_(make_operator()).get(LIST)) == [drama(2)]


def test_a_user_reads_the_list_and_is_offered_nothing_to_change(as_, user, physics):
    opt_out = out(physics)

    page = words(as_(user).get(LIST))

    assert "07700 900123" in page
    assert ADD not in page
    assert lifting(opt_out) not in page


def test_an_administrator_is_offered_to_lift_the_own_ones_alone(as_, admin, physics):
    own, everywhere = out(physics, drama(1)), out(None, drama(2))

    page = words(as_(admin).get(LIST))

    assert lifting(own) in page
    assert lifting(everywhere) not in page
    assert "Only the messaging team can lift this" in page


def test_the_name_in_a_personal_contact_is_seen_by_its_owner_alone(as_, user, admin, physics):
    make_contact(user, drama(123), first_name="Vespertine")
    out(physics)

    assert "Vespertine" in words(as_(user).get(LIST))
    for other in (admin, make_user(physics)):
        assert "Vespertine" not in words(as_(other).get(LIST))
        assert numbers(as_(other).get(LIST, {"q": "vespertine"})) == []


@pytest.mark.parametrize(
    "typed",
    [
        "07700 900123", "07700900123", "+44 7700 900123", "0044 7700-900123", "(07700) 900123",
        "900123", "hughes", "ffion hughes", "graduated", "ffion graduated", "81025",
    ],
)  # fmt: skip
def test_somebody_is_found_by_number_in_any_format_by_name_and_by_words(as_, admin, physics, typed):
    make_contact(admin, drama(123), first_name="Ffion", last_name="Hughes")
    out(physics, words="I have graduated", came_to="81025")
    out(physics, drama(456), words="STOP")

    assert numbers(as_(admin).get(LIST, {"q": typed})) == [drama(123)]


def test_a_search_that_finds_nobody_keeps_what_was_typed_and_leads_back(as_, admin, physics):
    out(physics)

    page = words(as_(admin).get(LIST, {"q": "nobody", "show": "nonsense"}))

    assert "Nobody found" in page
    assert 'value="nobody"' in page


def test_lifted_ones_are_shown_when_they_are_asked_for(as_, admin, physics):
    out(physics, drama(1))
    out(
        physics, drama(2), lifted_at=NOW + dt.timedelta(days=1),
        lifted_by_name="Gareth Pugh (phys0117admin)", lifted_why="Asked for texts again",
    )  # fmt: skip
    client = as_(admin)

    assert numbers(client.get(LIST)) == [drama(1)]
    assert sorted(numbers(client.get(LIST, {"show": "all"}))) == [drama(1), drama(2)]
    lifted = client.get(LIST, {"show": "lifted"})
    assert numbers(lifted) == [drama(2)]
    assert "by Gareth Pugh: <bdi>Asked for texts again" in words(lifted)


def test_the_list_is_narrowed_to_what_they_are_out_of(as_, admin, physics):
    out(physics, drama(1))
    out(None, drama(2))
    client = as_(admin)

    assert numbers(client.get(LIST, {"out_of": "department"})) == [drama(1)]
    assert numbers(client.get(LIST, {"out_of": "everywhere"})) == [drama(2)]


def test_a_long_list_comes_in_pages_and_asks_no_more_for_more_people(
    as_, admin, physics, django_assert_max_num_queries
):
    for n in range(60):
        make_contact(admin, drama(n), first_name=f"Name{n}")
        out(physics, drama(n))
    client = as_(admin)

    with django_assert_max_num_queries(14):
        page = client.get(LIST)

    assert len(numbers(page)) == 50
    assert len(numbers(client.get(LIST, {"page": 2}))) == 10


def test_the_tab_counts_those_in_force(as_, user, physics):
    out(physics, drama(1))
    out(None, drama(2))
    out(physics, drama(3), lifted_at=NOW)

    page = words(as_(user).get(reverse("contacts:list")))

    assert 'Opted out <span class="count">2</span>' in page


def test_what_a_hostile_phone_wrote_is_shown_harmlessly(as_, admin, physics):
    opt_out = out(physics, words=EVIL)
    client = as_(admin)

    for address in (LIST, lifting(opt_out)):
        page = words(client.get(address))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;\u202egnirts”</bdi>" in page


# ---------------------------------------------------------------- the download


def rows(answer):
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_download_has_all_that_was_found_and_is_safe_to_open(as_, admin, physics):
    make_contact(admin, drama(123), first_name="=1+1")
    out(physics, words='=HYPERLINK("x")', came_to="+447700900950")
    out(physics, drama(456))

    answer = as_(admin).get(CSV, {"q": "900123"})

    assert answer["Content-Disposition"] == 'attachment; filename="opted-out.csv"'
    assert rows(answer)[1:] == [
        [
            "07700 900123", "'=1+1", "Physics", "By text", '\'=HYPERLINK("x")', "07700 900950",
            "2026-05-12 14:04", "", "", "", "",
        ]
    ]  # fmt: skip


def test_the_download_holds_nothing_of_another_department(as_, admin):
    out(make_department())

    assert len(rows(as_(admin).get(CSV, {"show": "all"}))) == 1


# ---------------------------------------------------------------- adding


def adding(**fields):
    return {"number": "07700 900905", "asked": "email", "words": "Mail of 11 May", **fields}


def test_a_number_is_added_however_it_was_typed(as_, admin, physics):
    answer = as_(admin).post(ADD, adding(number="+44 (0)7700-900905"), follow=True)

    opt_out = OptOut.objects.get()
    assert (opt_out.number, opt_out.department, opt_out.asked) == (
        "+447700900905",
        physics,
        "email",
    )
    assert "07700 900905 is opted out" in words(answer)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": "0770 90090"}, "0770 90090 is too short. A UK mobile number has 11 digits"),
        ({"number": "01632 960999"}, "is a landline. Texts can only go to mobiles."),
        ({"number": ""}, "Type the mobile number."),
        ({"words": " "}, "Write what they said, and when: it is how you know."),
        ({"words": "x" * 501}, "This is 501 characters long. It can be 500."),
        ({"asked": "text"}, "Choose how they asked."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(as_, admin, fields, said):
    sent = adding(**fields)

    answer = as_(admin).post(ADD, sent)

    assert answer.status_code == 422
    assert said in words(answer)
    assert sent["number"] in answer.context["form"]["number"].value()
    assert sent["words"] in answer.context["form"]["words"].value()
    assert not OptOut.objects.exists()


def test_a_number_that_is_out_already_is_told_with_its_day(as_, admin, physics):
    out(physics, "+447700900905")

    answer = as_(admin).post(ADD, adding())

    assert answer.status_code == 422
    assert "has been out of your department&#x27;s texts since 12 May 2026" in words(answer)
    assert "Mail of 11 May" in words(answer)
    assert OptOut.objects.count() == 1


def test_the_messaging_team_is_told_that_it_adds_for_every_department(as_):
    client = as_(make_operator())
    assert "Every department leaves them out" in words(client.get(ADD))

    client.post(ADD, adding())

    assert OptOut.objects.get().department is None


# ---------------------------------------------------------------- lifting


def test_who_lifts_one_by_text_is_warned_that_they_asked_themselves(as_, admin, physics):
    make_contact(admin, drama(123), first_name="Ffion", last_name="Hughes")

    page = words(as_(admin).get(lifting(out(physics, came_to="+447700900412"))))

    assert "Ffion Hughes <bdi>texted “STOP” to 07700 900412</bdi> on 12 May 2026" in page
    assert "They asked for this themselves." in page
    assert "text START to" in page


def test_one_is_lifted_with_a_reason(as_, admin, physics):
    opt_out = out(physics)

    page = as_(admin).post(lifting(opt_out), {"why": "Came in and asked"}, follow=True)

    opt_out.refresh_from_db()
    assert (opt_out.lifted_why, opt_out.lifted_by) == ("Came in and asked", "Gareth Pugh")
    assert "07700 900123 may be texted again" in words(page)


@pytest.mark.parametrize("why", ["", "  ", "x" * 501])
def test_without_a_reason_that_can_be_kept_nothing_is_lifted(as_, admin, physics, why):
    opt_out = out(physics)

    answer = as_(admin).post(lifting(opt_out), {"why": why})

    assert answer.status_code == 422
    assert OptOut.objects.in_force().exists()


def test_one_that_somebody_else_has_lifted_is_said_to_be(as_, admin, physics):
    opt_out = out(physics, lifted_at=NOW, lifted_why="First")

    page = as_(admin).post(lifting(opt_out), {"why": "Second"}, follow=True)

    assert "may be texted already" in words(page)
    assert OptOut.objects.get().lifted_why == "First"


def test_another_departments_is_not_found(as_, admin):
    opt_out = out(make_department())

    assert as_(admin).get(lifting(opt_out)).status_code == 404
    assert as_(admin).post(lifting(opt_out), {"why": "Mine now"}).status_code == 404
    assert OptOut.objects.in_force().exists()


# ---------------------------------------------------------------- on the contact


def test_the_page_of_a_contact_says_that_they_opted_out_since_when_and_how(as_, admin, physics):
    contact = make_contact(admin, drama(123), first_name="Ffion")
    out(physics, came_to="81025")

    page = words(as_(admin).get(reverse("contacts:edit", args=[contact.uid])))

    assert "Opted out since 12 May 2026." in page
    assert "Texted “STOP” to 81025" in page


def test_the_page_of_a_contact_says_nothing_of_another_departments_or_a_lifted_one(
    as_, admin, physics
):
    contact = make_contact(admin, drama(123), first_name="Ffion")
    out(physics, lifted_at=NOW)
    out(make_department())

    page = words(as_(admin).get(reverse("contacts:edit", args=[contact.uid])))

    assert "Opted out since" not in page


def test_the_page_of_a_contact_leads_its_administrator_to_adding_the_number(as_, admin):
    contact = make_contact(admin, drama(123))
    client = as_(admin)

    assert f"{ADD}?number=07700%20900123" in words(
        client.get(reverse("contacts:edit", args=[contact.uid]))
    )
    assert 'value="07700 900123"' in words(client.get(ADD, {"number": "07700 900123"}))
