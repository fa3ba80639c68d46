"""The pages of somebody who sends texts."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from inbound.twoway.models import Conversation, SavedAnswer
from messaging.contacts.models import Contact, Group
from messaging.sending.models import Batch
from messaging.wording.models import Template
from smsportal.demo.sights.prepared import NEW, WITH_CODE
from smsportal.demo.sights.sight import USER as U
from smsportal.demo.sights.sight import Sight, at, batch, press, press_on, repeat

THREE = "Amira Khan 07700 900311, 07700 900312; +44 7700 900313"
RUNNING = {"state": "running", "emergency_reason": "", "body__contains": "Lindemann"}
PEOPLE = b"""Mobile,First name,Room,Group
07700900401,Idris,Teaching Lab,Open day
7700900402,Petra,Floor 2,Open day
07700 90040,Omar,Floor 2,
4.47E+11,Uma,Teaching Lab,Open day
07700 900404,Thea,Teaching Lab,Stewards
"""


def contact(**filters: object) -> object:
    return Contact.objects.live().filter(department__people__username=U, **filters)[0].uid


def group(name: str) -> object:
    return Group.objects.live().get(name=name, department__people__username=U).uid


def template(**filters: object) -> object:
    return Template.objects.live().filter(department__people__username=U, **filters)[0].uid


def talk(**filters: object) -> Callable[[], object]:
    mine = Conversation.objects.filter(person__username=U, **filters)
    return lambda: mine.latest("last_at").uid


def saved_answer() -> object:
    return SavedAnswer.objects.filter(person__username=U)[0].uid


def asked_many() -> object:
    """The newest question that went to several from the virtual number."""
    mine = Batch.objects.filter(person__username=U, sender_kind="number", person_count__gt=1)
    return mine.filter(wording__endswith="Reply YES or NO.").latest("pk").uid


def an_empty_reply(page: Page) -> None:
    press_on(page, "Send reply")


def a_written_reply(page: Page) -> None:
    page.get_by_label("Reply", exact=True).fill("Yes, same lab. Thanks.")


def a_wrong_mail_address(page: Page) -> None:
    page.get_by_label("Email addresses").fill("physics")
    press_on(page, "Save")


def a_new_app_password(page: Page) -> None:
    page.get_by_label("What it is for").fill("Greenhouse alarm")
    press_on(page, "Make app password")


def messy_batch() -> object:
    """A seeded message with as many kinds of result as there are."""
    mine = Batch.objects.filter(person__username=U, state="finished", person_count__lte=40)
    return max(mine, key=lambda each: (len(each.tally), each.pk)).uid


def settled(page: Page) -> None:
    """Whatever htmx was asked for has come."""
    page.wait_for_load_state("networkidle")
    expect(page.locator(".htmx-request")).to_have_count(0)


def written(
    page: Page, words: str = "The 2pm lecture has moved to the Martin Wood theatre."
) -> None:
    page.locator("#numbers").fill(THREE)
    kept(page, words)


def kept(page: Page, words: str) -> None:
    """The words are typed, and the page shows what the server made of them."""
    settled(page)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("#message").fill(words)
        page.locator("#message").dispatch_event("change")
    settled(page)


def written_dearly(page: Page) -> None:
    written(page, "The 2pm lecture – “Light” – has moved to the Martin Wood theatre. " * 2)


def sent_with_mistakes(page: Page) -> None:
    page.locator("#numbers").fill("07700 900311, 0770 90031, +44707123456789")
    press_on(page, "Send")


def for_later(page: Page) -> None:
    page.get_by_label("Send later").check()
    page.get_by_label("Date", exact=True).fill("2027-03-28")
    page.get_by_label("Time").fill("09:00")
    written(page)


def repeating(page: Page) -> None:
    page.get_by_label("Send later").check()
    page.get_by_label("Date", exact=True).fill("2027-01-15")
    page.get_by_label("Time", exact=True).fill("09:00")
    page.get_by_text("Weekly").click()
    page.get_by_label("Last date").fill("2027-03-26")
    page.get_by_label("Leave out").fill("12 February\n26 February")
    written(page)


def repeating_wrongly(page: Page) -> None:
    repeating(page)
    page.get_by_label("Last date").fill("2026-01-01")
    page.get_by_label("Leave out").fill("12 Feb\nHalf-term\n31 February")
    press_on(page, "Schedule")


def repeating_monthly(page: Page) -> None:
    repeating(page)
    page.get_by_text("Monthly").click()
    settled(page)


def checked_repeat(page: Page) -> None:
    repeating(page)
    press_on(page, "Schedule")


def wrong_dates(page: Page) -> None:
    page.get_by_text("Dates to leave out").click()
    page.get_by_label("Leave out").fill("12 Feb\nHalf-term")
    press_on(page, "Save the dates")


def to_a_big_group(page: Page) -> None:
    page.locator(".tab[href='#by-group']").click()
    page.get_by_label("Year 1 Physics").check()
    kept(page, "Exam timetable for Trinity term is on the website.")
    press_on(page, "Send")


def an_emergency(page: Page) -> None:
    page.get_by_label("Emergency").check()
    page.locator("#numbers").fill(THREE)
    kept(page, "Gas leak in Parks Road. Leave by the north door. Do not go back for anything.")


def checked_as_emergency(page: Page) -> None:
    an_emergency(page)
    press_on(page, "Check emergency")


def with_a_wrong_number(page: Page) -> None:
    checked_as_emergency(page)
    page.get_by_label("How many people does it go to?").fill("300")
    press_on(page, "Send emergency")


def a_file(page: Page) -> None:
    page.get_by_role("tab", name="Upload").or_(
        page.get_by_role("link", name="Upload")
    ).first.click()
    give(page, "stewards.csv")
    press_on(page, "Upload")


def give(page: Page, name: str) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": PEOPLE}
    )


def sent(page: Page) -> None:
    written(page)
    press_on(page, "Send")
    # Late in the evening the portal asks once more.
    if page.get_by_label("I have checked").count():
        page.get_by_label("I have checked").check()
        press_on(page, "Send")


def import_to(step: int) -> Callable[[Page], None]:
    """As far as that step of the import: 2 mapping, 3 groups, 4 check, 5 result."""

    def go(page: Page) -> None:
        give(page, "open-day.csv")
        press_on(page, "Upload")
        for button in ("Continue", "Continue", "Import")[: step - 2]:
            press_on(page, button)
            settled(page)

    return go


def deleted(page: Page) -> None:
    page.locator("input[name=pick]").first.check()
    press_on(page, "Delete")


USER = (
    # First: some ask for the password again when it was given five minutes ago.
    Sight("profile", U, at("people:profile")),
    Sight("profile-app-password", U, at("people:profile"), a_new_app_password),
    Sight("profile-app-password-error", U, at("people:profile"), press("Make app password")),
    Sight("profile-email-to-sms", U, at("relay:settings")),
    Sight("profile-switch", U, at("people:switch")),
    Sight("profile-password", U, at("account_change_password")),
    Sight("profile-password-again", U, at("account_reauthenticate")),
    Sight("profile-second-step", U, at("people:second_step")),
    Sight("profile-authenticator", U, at("mfa_activate_totp")),
    Sight("profile-passkeys", U, at("mfa_list_webauthn")),
    Sight("profile-passkey-add", U, at("mfa_add_webauthn")),
    Sight("messages-compose-new", U, at("compose:new")),
    Sight("messages-compose", U, at("compose:new"), written),
    Sight("messages-compose-character-warning", U, at("compose:new"), written_dearly),
    Sight("messages-compose-error", U, at("compose:new"), sent_with_mistakes),
    Sight("messages-compose-later", U, at("compose:new"), for_later),
    Sight("messages-compose-repeat", U, at("compose:new"), repeating),
    Sight("messages-compose-repeat-monthly", U, at("compose:new"), repeating_monthly),
    Sight("messages-compose-repeat-error", U, at("compose:new"), repeating_wrongly),
    Sight("repeats-check", U, at("compose:new"), checked_repeat),
    Sight("repeats", U, at("repeats:list")),
    Sight("repeats-ended", U, at("repeats:list", "?show=ended")),
    Sight("repeat", U, at("repeats:repeat", uid=repeat("active"))),
    Sight("repeat-dates-error", U, at("repeats:repeat", uid=repeat("active")), wrong_dates),
    Sight("repeat-paused", U, at("repeats:repeat", uid=repeat("paused"))),
    Sight("repeat-ended", U, at("repeats:repeat", uid=repeat("ended"))),
    Sight("messages-check", U, at("compose:new"), to_a_big_group),
    Sight("messages-compose-emergency", U, at("compose:new"), an_emergency),
    Sight("messages-check-emergency", U, at("compose:new"), checked_as_emergency),
    Sight("messages-check-emergency-error", U, at("compose:new"), with_a_wrong_number),
    Sight("messages-import-check", U, at("compose:new"), a_file),
    Sight("messages-list", U, at("history:list")),
    Sight("messages-list-none", U, at("history:list", "?words=nothing+like+it")),
    Sight("messages-batch", U, at("history:batch", uid=messy_batch)),
    Sight("messages-batch-scheduled", U, at("history:batch", uid=batch(state="scheduled"))),
    Sight("messages-batch-paused", U, at("history:batch", uid=batch(state="paused"))),
    Sight("messages-batch-stopped", U, at("history:batch", uid=batch(state="stopped"))),
    Sight("messages-batch-running", U, at("history:batch", uid=batch(**RUNNING))),
    Sight(
        "messages-batch-decided", U, at("history:batch", uid=batch(body__contains="4pm tutorial"))
    ),
    Sight("messages-batch-emergency", U, at("history:batch", uid=batch(lane=0))),
    Sight("messages-replies", U, at("history:replies")),
    Sight("keyword-texts", U, at("sorting:texts")),
    Sight("keyword-texts-none", U, at("sorting:texts", "?q=nothing+like+it")),
    Sight("2way-list", U, at("twoway:list")),
    Sight("2way-list-done", U, at("twoway:list", "?show=done")),
    Sight("2way-list-none", U, at("twoway:list", "?q=nothing+like+it")),
    Sight("2way", U, at("twoway:thread", uid=talk(last_words__contains="same lab"))),
    Sight("2way-error", U, at("twoway:thread", uid=talk(unread_count=0)), an_empty_reply),
    Sight(
        "2way-stranger",
        U,
        at("twoway:thread", uid=talk(last_words__startswith="Who is")),
        a_written_reply,
    ),
    Sight("2way-stop", U, at("twoway:thread", uid=talk(last_words__contains="wrong number"))),
    Sight("2way-done", U, at("twoway:thread", uid=talk(done_at__isnull=False))),
    Sight("2way-settings", U, at("twoway:number")),
    Sight("2way-settings-error", U, at("twoway:number"), a_wrong_mail_address),
    Sight("2way-answers", U, at("twoway:saved")),
    Sight("2way-answers-error", U, at("twoway:saved"), press("Add answer")),
    Sight("2way-answer", U, at("twoway:saved_edit", uid=saved_answer)),
    Sight("2way-replies", U, at("twoway:follow_up", uid=asked_many)),
    Sight("contacts", U, at("contacts:list")),
    Sight("contacts-none", U, at("contacts:list", "?q=nobody+of+this+name")),
    Sight("contact-add", U, at("contacts:add")),
    Sight("contact-add-error", U, at("contacts:add"), press("Add")),
    Sight("contact-edit", U, at("contacts:edit", uid=lambda: contact(owner__username=U))),
    Sight("contacts-duplicates", U, at("contacts:duplicates")),
    Sight("contacts-deleted", U, at("contacts:list", "?type=personal"), deleted),
    Sight("groups", U, at("contacts:groups")),
    Sight("group-add", U, at("contacts:group_add")),
    Sight("group-own", U, at("contacts:group", uid=lambda: group("My team"))),
    Sight("group-global", U, at("contacts:group", uid=lambda: group("Lab group A"))),
    Sight("group-edit", U, at("contacts:group_rename", uid=lambda: group("My team"))),
    Sight("contacts-import", U, at("imports:start")),
    Sight("contacts-import-columns", U, at("imports:start"), import_to(2)),
    Sight("contacts-import-groups", U, at("imports:start"), import_to(3)),
    Sight("contacts-import-check", U, at("imports:start"), import_to(4)),
    Sight("contacts-import-done", U, at("imports:start"), import_to(5)),
    Sight("optouts", U, at("optouts:list")),
    Sight("optouts-none", U, at("optouts:list", "?q=nobody+of+this+name")),
    Sight("templates", U, at("wording:list")),
    Sight("templates-archived", U, at("wording:list", "?show=archived")),
    Sight("template-add", U, at("wording:add")),
    Sight("template-edit", U, at("wording:edit", uid=lambda: template(owner__username=U))),
    Sight("template-global", U, at("wording:edit", uid=lambda: template(owner=None))),
    Sight("sign-out", U, at("account_logout")),
    Sight("profile-with-second-step", NEW, at("people:profile")),
    Sight("profile-recovery-codes", NEW, at("mfa_view_recovery_codes")),
    Sight("profile-recovery-codes-new", NEW, at("mfa_generate_recovery_codes")),
    Sight("profile-authenticator-off", NEW, at("mfa_deactivate_totp")),
    Sight("messages-list-empty", NEW, at("history:list")),
    Sight("repeats-empty", NEW, at("repeats:list")),
    Sight("keyword-texts-empty", NEW, at("sorting:texts")),
    Sight("2way-empty", NEW, at("twoway:list")),
    Sight("messages-replies-empty", NEW, at("history:replies")),
    Sight("templates-empty", WITH_CODE, at("wording:list", "?q=nothing")),
    Sight("practice-phones", U, at("demo:handsets")),
    Sight("practice-phone", U, at("demo:handsets", "?number=%2B447700900311")),
    Sight("practice-faults", U, at("demo:faults")),
    Sight("practice-mail", U, at("demo:mail")),
    # Last: ten seconds later it is another page.
    Sight("messages-undo", U, at("compose:new"), sent),
)
