"""An emergency from the administrator's leave to the carrier, as people do it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_admin, make_department, make_finance, make_user
from billing.tariffs.models import Tariff
from messaging.sending.models import Batch
from messaging.sending.states import State
from messaging.tests.make import make_simulator
from smsportal.tests.browser.walking import press, sender_running, watch, write_and_wait

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHY = "A gas leak in Parks Road"


@pytest.fixture
def department():
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    return make_department("Physics", parts_per_month_cap=1)


def press_send(page):
    """Without script the button does not know yet that it is an emergency."""
    with page.expect_event("load"):
        page.locator("#send").click()


def confirm(page, *, count, reason=None):
    if reason is not None:
        page.get_by_label("Why is this an emergency?").fill(reason)
    page.get_by_label("How many people does it go to?").fill(count)
    press(page, "Send emergency to 3 people")


@pytest.mark.parametrize("script", [True, False])
def test_allowed_by_the_administrator_it_goes_past_a_used_up_cap(
    department, open_page, script, tmp_path
):
    make_simulator(settings={"delivery_seconds": [0, 0]})
    user = make_user(department, name="Amira Khan", username="phys0423", allow_emergency=False)
    admin = make_admin(department)
    make_finance()
    desk = open_page(admin, script=script)
    desk.goto(reverse("people:user_edit", args=[user.uid]))
    desk.get_by_role("group", name="Allow emergency texts").get_by_label("Yes").check()
    press(desk, "Save changes")

    page = open_page(user, script=script)
    page.goto(reverse("compose:new"))
    write_and_wait(page, "Leave the building by the north door", script=script)
    page.get_by_label("Emergency").check()
    if script:
        expect(page.get_by_role("button", name="Check emergency to 3 people")).to_be_visible()
    press_send(page)
    confirm(page, count="30", reason=WHY)
    expect(page.locator("#count-error")).to_contain_text("You typed 30, and this goes to 3 people.")
    expect(page.get_by_label("Why is this an emergency?")).to_have_value(WHY)
    assert Batch.objects.count() == 0
    confirm(page, count="3")

    expect(page.get_by_role("heading", name="Emergency to 3 people")).to_be_visible()
    expect(page.get_by_text(WHY)).to_be_visible()
    with sender_running(tmp_path):
        watch(page, "3 delivered", script=script)
    assert (
        OutgoingMail.objects.filter(subject__startswith="Emergency text to 3 people").count() == 2
    )


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (320, "light")])
def test_what_is_in_doubt_comes_up_by_itself_and_is_sent_again(
    department, open_page, axe, width, theme
):
    user = make_user(department, allow_emergency=True)
    page = open_page(user, width=width, theme=theme)
    page.goto(reverse("compose:new"))
    write_and_wait(page, "Leave the building by the north door")
    page.get_by_label("Emergency").check()
    press_send(page)
    confirm(page, count="3", reason=WHY)
    expect(page.locator("#doubt")).to_be_empty()

    Batch.objects.get().messages.filter(row_no=1).update(state=State.UNKNOWN, maybe_sent=True)

    expect(page.locator("#doubt")).to_contain_text("1 may have been sent.")
    assert axe(page) == []
    press(page, "Send again to 1 person")
    expect(page.get_by_text("It may arrive twice.")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("How many people does it go to?").fill("1")
    press(page, "Send emergency to 1 person")
    expect(page.get_by_role("heading", name="Emergency to 1 person")).to_be_visible()
    assert [batch.person_count for batch in Batch.objects.order_by("pk")] == [3, 1]


def test_what_was_saved_while_writing_and_comes_late_takes_no_emergency_back(department, open_page):
    page = open_page(make_user(department, allow_emergency=True))
    page.goto(reverse("compose:new"))
    autosaves = []
    page.on("request", lambda each: autosaves.append(each) if each.method == "POST" else None)
    write_and_wait(page, "Leave the building by the north door")
    page.get_by_label("Emergency").check()
    expect(page.get_by_role("button", name="Check emergency to 3 people")).to_be_visible()
    early = next(each for each in autosaves if "when=now" in each.post_data)
    press_send(page)

    late = page.request.post(early.url, data=early.post_data, headers=early.all_headers())

    assert late.ok
    page.reload()
    confirm(page, count="3", reason=WHY)
    expect(page.get_by_role("heading", name="Emergency to 3 people")).to_be_visible()
