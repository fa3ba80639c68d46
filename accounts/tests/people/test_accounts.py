"""Adding and changing accounts: the rules of the university, each by its number."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.people import services
from accounts.people.details import Details, Member
from accounts.people.errors import DetailsRefused, NotPossible
from accounts.people.models import Person
from accounts.tests.make import make_admin, make_department, make_operator, make_user

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
AMIRA = {
    "username": "phys0423",
    "name": "Amira Khan",
    "email": "amira.khan@physics.example.ac.uk",
    "extension": "70142",
}
DANIEL = Member("Daniel Okafor", "phys0388", "daniel.okafor@physics.example.ac.uk", "70155")


def add_user(by=None, **fields):
    by = by or make_admin()
    return services.add_user(
        **{"department": by.department, **AMIRA, "by": by, "now": NOW, **fields}
    )


def add_admin(**fields):
    details = {**AMIRA, "username": "phys0423admin", "department": make_department()}
    return services.add_admin(**{**details, "by": make_operator(), "now": NOW, **fields})


def refusal(call, **fields):
    with pytest.raises(DetailsRefused) as caught:
        call(**fields)
    return [(problem.field, problem.words) for problem in caught.value.problems]


def test_an_administrator_adds_a_user_who_has_no_password_yet():
    admin = make_admin(make_department("Physics"), name="Gareth Pugh", username="phys0117admin")

    user = add_user(admin)

    stored = Person.objects.get(pk=user.pk)
    assert (stored.username, stored.role, stored.department) == (
        "phys0423",
        "user",
        admin.department,
    )
    assert stored.is_invited
    line = AuditEvent.objects.get()
    assert (line.verb, line.actor_name) == ("users.added", "Gareth Pugh (phys0117admin)")
    assert line.words == "Added Amira Khan (phys0423) as user."
    assert line.department_id == admin.department_id


def test_a_user_cannot_add_users():
    with pytest.raises(PermissionDenied):
        add_user(make_user())


def test_an_administrator_cannot_add_users_to_another_department():
    with pytest.raises(PermissionDenied):
        add_user(make_admin(), department=make_department())


def test_an_administrator_cannot_add_administrators():
    admin = make_admin()

    with pytest.raises(PermissionDenied):
        add_admin(by=admin, department=admin.department)


def test_nobody_is_added_to_a_closed_department():
    with pytest.raises(NotPossible):
        add_admin(department=make_department(closed_at=NOW))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("name", "Enter the name of the person."),
        ("email", "Enter the university email address."),
        ("extension", "Enter the university extension, for example 70142."),
    ],
)
def test_s13_an_administrator_needs_a_name_an_address_and_an_extension(field, words):
    assert refusal(add_admin, **{field: " "}) == [(field, words)]


@pytest.mark.parametrize("name", ["Office", "Physics Reception", "SMS Admin", "Amira"])
def test_s13_a_name_that_leads_to_no_person_has_to_be_confirmed(name):
    [(field, words)] = refusal(add_admin, name=name)

    assert field == "name"
    assert words.startswith(f"“{name}” does not look like a person’s name.")
    assert add_admin(name=name, is_name_confirmed=True).name == name


def test_s13_a_confirmed_name_is_not_asked_about_again():
    admin = add_admin(name="Amira", is_name_confirmed=True)

    services.edit_admin(person=admin, name="Amira", extension="70143", by=admin, now=NOW)

    assert Person.objects.get(pk=admin.pk).extension == "70143"


def test_s15_every_problem_is_named_at_once():
    problems = refusal(add_user, username="", name="", email="", extension="")

    assert [field for field, _ in problems] == ["username", "name", "email", "extension"]


def test_s16_a_shared_account_needs_at_least_one_person():
    assert refusal(add_user, is_generic=True, name="Physics Workshop") == [
        ("members-0-name", "Enter at least one person who uses this account.")
    ]


@pytest.mark.parametrize("missing", ["name", "username", "email", "phone"])
def test_s16_each_person_of_a_shared_account_has_all_four_details(missing):
    member = Member(**{**vars(DANIEL), missing: ""})

    [(field, _)] = refusal(add_user, is_generic=True, members=[member])

    assert field == f"members-0-{missing}"


def test_s16_the_people_of_a_shared_account_are_kept():
    user = add_user(name="Physics Workshop", is_generic=True, members=[DANIEL])

    assert list(user.members.values_list("name", "username", "email", "phone")) == [
        ("Daniel Okafor", "phys0388", "daniel.okafor@physics.example.ac.uk", "70155")
    ]


def test_s16_an_account_of_one_person_keeps_no_list():
    user = add_user(is_generic=False, members=[DANIEL])

    assert user.members.count() == 0


@pytest.mark.parametrize("username", ["phys0423", "phys0423 admin", "gareth.pughadmin", "admin"])
def test_s23_an_administrators_username_is_the_single_sign_on_and_admin(username):
    [(field, _)] = refusal(add_admin, username=username)

    assert field == "username"


def test_s23_a_bare_username_is_answered_with_the_right_one():
    assert refusal(add_admin, username="Phys0423") == [
        ("username", "An administrator signs in with “admin” added: phys0423admin.")
    ]


def test_s23_one_person_may_hold_both_accounts():
    department = make_department()
    admin = add_admin(department=department)

    user = add_user(admin)

    assert (user.other_account, admin.other_account) == (admin, user)


def test_s24_an_administrator_has_a_university_address():
    [(field, words)] = refusal(add_admin, email="gareth@gmail.example")

    assert field == "email"
    assert words.startswith("gareth@gmail.example is not a university address.")


def test_s24_an_address_that_only_ends_like_the_universitys_is_another():
    [(field, _)] = refusal(add_admin, email="gareth@notexample.ac.uk")

    assert field == "email"


@pytest.mark.parametrize("add", [add_admin, add_user])
def test_s25_s29_a_mobile_number_is_refused(add):
    assert refusal(add, extension="07700 900142") == [
        (
            "extension",
            "07700 900142 is a mobile number. Enter a university extension, for example 70142.",
        )
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("70142", "70142"),
        (" 701 42 ", "70142"),
        ("(9)60142", "60142"),
        ("01632 960142", "60142"),
        ("+44 (0)1632 960142", "60142"),
        ("0044 1632 960142", "60142"),
    ],
)
def test_s25_s29_a_whole_university_number_is_brought_to_its_extension(typed, kept):
    assert add_user(extension=typed).extension == kept


@pytest.mark.parametrize("typed", ["7014", "7014x", "020 7946 0142", "seventy"])
def test_s25_s29_anything_else_is_no_extension(typed):
    [(field, words)] = refusal(add_user, extension=typed)

    assert field == "extension"
    assert words.startswith(typed)


@pytest.mark.parametrize(
    "username", ["amira.khan", "amira@example.ac.uk", "0423phys", "phys", "phys0423~7", "é0423"]
)
def test_s26_a_username_is_the_single_sign_on(username):
    [(field, _)] = refusal(add_user, username=username)

    assert field == "username"


def test_s26_a_username_is_unique_however_it_is_written():
    add_user()

    assert refusal(add_user, username="PHYS0423") == [
        (
            "username",
            "phys0423 already has an account in another department. Ask the messaging team.",
        )
    ]


def test_s26_the_own_department_is_told_who_has_the_username():
    admin = make_admin()
    add_user(admin)

    assert refusal(add_user, by=admin) == [
        ("username", "phys0423 already has an account: Amira Khan, in your department.")
    ]


def test_s27_s28_another_domain_asks_a_user_for_the_reason():
    [(field, _)] = refusal(add_user, email="amira@mail.example")

    assert field == "other_domain_reason"
    user = add_user(email="amira@mail.example", other_domain_reason="The alarm mails from it")
    assert user.other_domain_reason == "The alarm mails from it"


def test_s27_a_university_address_keeps_no_reason():
    assert add_user(other_domain_reason="none needed").other_domain_reason == ""


def test_s68_email_to_sms_is_off_unless_it_is_switched_on():
    assert not add_user().allow_relay


def test_s68_one_address_sends_as_one_user():
    admin = make_admin()
    add_user(admin, allow_relay=True)

    [(field, words)] = refusal(
        add_user, by=admin, username="phys0424", email=AMIRA["email"].upper(), allow_relay=True
    )

    assert field == "allow_relay"
    assert "is already on for phys0423: Amira Khan, in your department." in words


def test_s68_two_users_may_have_one_address_when_one_of_them_sends_from_it():
    admin = make_admin()
    add_user(admin, allow_relay=True)

    assert add_user(admin, username="phys0424").pk


def test_s35_an_administrator_edits_a_user_and_the_changes_are_told_in_words():
    admin = make_admin()
    user = add_user(admin)

    services.edit_user(
        person=user,
        details=Details(**{**AMIRA, "extension": "70155"}, parts_per_day_cap=200),
        by=admin,
        now=NOW,
    )

    stored = Person.objects.get(pk=user.pk)
    assert (stored.extension, stored.parts_per_day_cap) == ("70155", 200)
    assert AuditEvent.objects.latest("pk").words == (
        "Changed Amira Khan (phys0423): extension from 70142 to 70155; "
        "texts a day from none to 200."
    )


def test_an_edit_that_changes_nothing_leaves_no_line():
    admin = make_admin()
    user = add_user(admin)

    services.edit_user(person=user, details=Details(**AMIRA), by=admin, now=NOW)

    assert AuditEvent.objects.filter(verb="users.changed").count() == 0


def test_a_user_of_another_department_cannot_be_edited():
    user = add_user()

    with pytest.raises(PermissionDenied):
        services.edit_user(person=user, details=Details(**AMIRA), by=make_admin(), now=NOW)


def test_s34_an_administrator_edits_the_own_name_and_extension():
    admin = add_admin()

    services.edit_admin(person=admin, name="Amira Khan-Lee", extension="70150", by=admin, now=NOW)

    stored = Person.objects.get(pk=admin.pk)
    assert (stored.name, stored.extension) == ("Amira Khan-Lee", "70150")


def test_s34_an_administrator_cannot_edit_another_one():
    admin = add_admin()

    with pytest.raises(PermissionDenied):
        services.edit_admin(
            person=make_admin(admin.department), name="X Y", extension="70150", by=admin, now=NOW
        )


def test_people_cannot_change_their_own_address():
    admin = add_admin()

    with pytest.raises(PermissionDenied):
        services.edit_admin(
            person=admin,
            name="X Y",
            extension="70150",
            email="new@example.ac.uk",
            by=admin,
            now=NOW,
        )


def test_the_messaging_team_sets_an_administrators_address():
    admin = add_admin()

    services.edit_admin(
        person=admin,
        name="Amira Khan",
        extension="70142",
        email="a.khan@example.ac.uk",
        by=make_operator(),
        now=timezone.now(),
    )

    assert Person.objects.get(pk=admin.pk).email == "a.khan@example.ac.uk"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_one_username_at_once_one_is_refused():
    admin = make_admin()
    start = threading.Barrier(2)

    def add(_):
        start.wait()
        try:
            add_user(admin)
        except DetailsRefused:
            return "refused"
        else:
            return "added"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(add, range(2)))

    assert outcomes == ["added", "refused"]
