"""Adding somebody who asked not to be texted, and lifting that again: by whom, and what follows."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_department, make_operator, make_user
from messaging.optouts import services
from messaging.optouts.errors import InAgainAlready, OutAlready
from messaging.senders.models import Asked, OptOut
from messaging.sending.engine import release
from messaging.sending.models import Allowance
from messaging.tests.make import NOW, drama, make_basket, make_batch

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=3)
EVIDENCE = "Email of 11 May: “take me off the reminders”"


@pytest.fixture
def admin():
    return make_admin(make_department("Physics"), name="Gareth Pugh", username="phys0117admin")


def add(by, number="+447700900001", **fields):
    fields = {"asked": Asked.EMAIL, "words": EVIDENCE, "now": NOW, **fields}
    services.add(number=number, by=by, **fields)
    return OptOut.objects.latest("pk")


def lift(by, opt_out, why="Rang on 14 May and asked for it", now=LATER):
    services.lift(opt_out=opt_out, why=why, by=by, now=now)
    opt_out.refresh_from_db()


def test_an_administrator_adds_one_for_the_own_department_with_the_evidence(admin):
    opt_out = add(admin)

    assert (opt_out.department, opt_out.number, opt_out.words) == (
        admin.department,
        drama(1),
        EVIDENCE,
    )
    assert opt_out.how == "Asked by email, added by Gareth Pugh"


def test_the_messaging_team_adds_one_for_everywhere():
    opt_out = add(make_operator(), asked=Asked.LETTER)

    assert (opt_out.department, opt_out.out_of) == (None, "Everything but emergencies")


def test_the_trail_says_who_added_it_and_not_what_the_person_said(admin):
    opt_out = add(admin)

    line = AuditEvent.objects.get(verb="opt_outs.added")
    assert line.words == "The number ending 001 opted out. They asked by email."
    assert (line.actor_name, line.department_id, line.object_name) == (
        "Gareth Pugh (phys0117admin)",
        admin.department_id,
        "number ending 001",
    )
    assert line.object_id == str(opt_out.uid)


def test_the_same_number_again_is_told_and_not_doubled(admin):
    add(admin)

    with pytest.raises(OutAlready) as refused:
        add(admin, words="Said it again", now=LATER)

    assert refused.value.words == (
        "07700 900001 has been out of your department's texts since 12 May 2026. "
        "You need not add it again."
    )
    assert (OptOut.objects.count(), AuditEvent.objects.count()) == (1, 1)


def test_who_is_out_of_everything_is_not_added_for_a_department(admin):
    add(make_operator())

    with pytest.raises(OutAlready, match="out of everything but emergencies since 12 May 2026"):
        add(admin)

    assert OptOut.objects.count() == 1


def test_another_departments_opt_out_says_nothing_about_this_one(admin):
    add(make_admin())

    assert add(admin).department == admin.department


def test_one_that_was_lifted_can_be_added_again(admin):
    lift(admin, add(admin))

    add(admin, now=LATER)

    assert OptOut.objects.in_force().count() == 1


def test_a_user_neither_adds_nor_lifts(admin):
    user, opt_out = make_user(admin.department), add(admin)

    with pytest.raises(PermissionDenied):
        add(user, number=drama(2))
    with pytest.raises(PermissionDenied):
        lift(user, opt_out)

    assert OptOut.objects.in_force().get() == opt_out


def test_lifting_keeps_who_and_why_and_the_trail_has_them(admin):
    opt_out = add(admin)

    lift(admin, opt_out)

    assert (opt_out.lifted_at, opt_out.lifted_by) == (LATER, "Gareth Pugh")
    line = AuditEvent.objects.get(verb="opt_outs.lifted")
    assert (line.words, line.actor_name, line.department_id) == (
        "The number ending 001 may be texted again: Rang on 14 May and asked for it",
        "Gareth Pugh (phys0117admin)",
        admin.department_id,
    )


def test_of_one_by_text_the_trail_says_that_the_person_had_asked_themselves(admin):
    opt_out = add(admin, asked=Asked.TEXT, words="STOP")

    lift(admin, opt_out)

    assert AuditEvent.objects.get(verb="opt_outs.lifted").words == (
        "The number ending 001 may be texted again, although the person had opted out by text: "
        "Rang on 14 May and asked for it"
    )


def test_one_for_everywhere_is_lifted_by_the_messaging_team_alone(admin):
    operator = make_operator()
    opt_out = add(operator)

    with pytest.raises(PermissionDenied):
        lift(admin, opt_out)
    assert OptOut.objects.in_force().exists()

    lift(operator, opt_out)
    assert not OptOut.objects.in_force().exists()


def test_a_departments_is_lifted_by_no_other_administrator_and_not_by_the_messaging_team(admin):
    opt_out = add(admin)

    for other in (make_admin(), make_operator()):
        with pytest.raises(PermissionDenied):
            lift(other, opt_out)

    assert OptOut.objects.in_force().get() == opt_out


def test_who_lifts_it_second_is_told_and_changes_nothing(admin):
    opt_out = add(admin)
    lift(admin, opt_out, why="First")

    with pytest.raises(InAgainAlready):
        lift(admin, opt_out, why="Second")

    assert OptOut.objects.get().lifted_why == "First"
    assert AuditEvent.objects.filter(verb="opt_outs.lifted").count() == 1


def charged():
    return Allowance.objects.get(scope="department_month").used_count


def test_a_message_leaves_them_out_before_anything_is_charged(admin):
    user = make_user(admin.department)
    basket = make_basket(user, 3)
    add(admin)

    batch = make_batch(user, basket=basket)

    assert (batch.person_count, batch.left_out, charged()) == (2, {"opted_out": 1}, 2)


def test_a_message_that_waits_asks_again_when_it_goes(admin):
    batch = make_batch(make_user(admin.department), send_wall=dt.datetime(2026, 5, 13, 9, 0))
    add(admin)

    release.release_due(now=batch.send_at)

    texts = batch.messages.order_by("row_no").values_list("number", "state", "reason")
    assert (drama(1), "cancelled", "opted_out") in texts
    assert charged() == 2


def test_after_lifting_they_are_texted_again(admin):
    user = make_user(admin.department)
    basket = make_basket(user, 3)
    lift(admin, add(admin))

    assert make_batch(user, basket=basket).person_count == 3
