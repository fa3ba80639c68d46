"""The pages of department administrators, of the messaging team and of finance."""

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.departments.models import Department
from billing.statements.models import Statement
from billing.tariffs.queries import year_of
from inbound.keywords.models import Keyword
from inbound.sorting.models import Sorting
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.contacts.models import Contact
from messaging.routes.models import Route
from messaging.senders.models import OptOut, Sender
from messaging.sending.models import Attempt, Batch
from smsportal.demo.sights.prepared import DOWN, INVITED
from smsportal.demo.sights.sight import ADMIN as A
from smsportal.demo.sights.sight import FINANCE as F
from smsportal.demo.sights.sight import OPERATOR as T
from smsportal.demo.sights.sight import USER, Sight, at, batch, press, press_on, repeat, uid_of
from smsportal.demo.sights.user import group, import_to, messy_batch, template
from smsportal.lib.walltime import day_of

USERS = b"""Name,Username,Email,Extension
Amara Obi,phys0801,amara.obi@example.ac.uk,70143
Bo,phys 0802,bo@example.com,07700 900123
"""


def physics() -> object:
    return Department.objects.get(people__username=USER).uid


def contact() -> object:
    return Contact.objects.live().filter(department__people__username=A, owner=None)[0].uid


def opt_out(asked: str) -> Callable[[], object]:
    """The newest of the department's that stand."""
    of = OptOut.objects.in_force().filter(asked=asked, department__people__username=A)
    return lambda: of.latest("at").uid


def opt_out_everywhere() -> object:
    return OptOut.objects.in_force().filter(department=None).latest("at").uid


def opted_out_contact() -> object:
    out = OptOut.objects.in_force().filter(department__people__username=A).values("number")
    contacts = Contact.objects.live().filter(department__people__username=A, owner=None)
    return contacts.filter(number__in=out)[0].uid


def a_wrong_opt_out(page: Page) -> None:
    page.get_by_label("Mobile number").fill("0770 90090")
    press_on(page, "Opt out")


def a_wrong_address(page: Page) -> None:
    page.get_by_label("Email").first.fill("somebody@elsewhere.example.com")
    press_on(page, "Save changes")


def many_users(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "users.csv", "mimeType": "text/csv", "buffer": USERS}
    )
    press_on(page, "Check the file")


def carrier(name: str) -> Callable[[], object]:
    def uid() -> object:
        senders_speak()
        return Carrier.objects.get(name=name).uid

    return uid


def test_of(name: str) -> Callable[[], str]:
    return at("operations:carrier_test", uid=carrier(name))


def senders_speak() -> None:
    """No sender runs here, and what one said is believed for less than a minute."""
    CarrierHealth.objects.update(at=timezone.now())


def a_route() -> object:
    return Route.objects.order_by("pk")[:1].get().uid


def carriers() -> str:
    senders_speak()
    return reverse("operations:carriers")


def troubles() -> str:
    senders_speak()
    return reverse("operations:troubles")


def no_host(page: Page) -> None:
    page.get_by_label("Host", exact=True).fill("smpp://127.0.0.1")
    press_on(page, "Save and reconnect")


def a_wrong_tag(page: Page) -> None:
    page.get_by_label("Alpha tag").first.fill("PHYSICS DEPARTMENT")
    press_on(page, "Save department")


def a_wrong_price(page: Page) -> None:
    page.get_by_label("Price in pence").fill("a penny")
    press_on(page, "Announce inbound price")


def everything_stopped(page: Page) -> None:
    page.get_by_label("Why").fill("The network repeats every text")
    press_on(page, "Stop everything")


def doubted() -> object:
    """The uid of the message of which some texts are still to be decided about."""
    return Attempt.objects.filter(phase="granted").latest("pk").message.batch.uid


def deciding() -> str:
    batch = Batch.objects.get(uid=doubted())
    text = batch.messages.filter(state="unknown").order_by("row_no")[0]
    return reverse("operations:decide") + f"?pick={text.uid}"


def keyword(word: str) -> Callable[[], object]:
    return lambda: Keyword.objects.live().get(word=word).uid


def rented() -> object:
    return Sender.objects.filter(released_at__isnull=True)[0].uid


def unmatched() -> object:
    """One that suggests no keyword."""
    return Sorting.objects.filter(place="unmatched", suggestion="").latest("pk").uid


def a_keyword_tried(page: Page) -> None:
    page.get_by_label("Text to 81025").fill("oxford  openday: two places please")
    press_on(page, "Try, without sending")


def a_keyword_set_up_wrongly(page: Page) -> None:
    page.get_by_label("Email addresses").fill("physics")
    page.get_by_label("Reply to send").fill("Dear ((title)), thank you.")
    press_on(page, "Save")


def a_system_to_call(page: Page) -> None:
    page.get_by_label("Your own system").check()
    page.get_by_label("Address", exact=True).fill("https://openday.example.ac.uk/texts")
    press_on(page, "Save")


def a_number_without_a_user(page: Page) -> None:
    page.get_by_label("Number").fill("07700 900950")
    page.get_by_label("User", exact=True).fill("phys0077")
    press_on(page, "Rent number")


def a_word_that_is_kept(page: Page) -> None:
    page.get_by_label("Keyword").fill("0PENDAY")
    page.get_by_label("Department").select_option(index=1)
    press_on(page, "Add keyword")


def year(back: int) -> Callable[[], int]:
    """The financial year so many before the running one, by the year that it begins in."""
    return lambda: year_of(day_of(timezone.now())).first_on.year - back


def a_wrong_total(page: Page) -> None:
    page.get_by_label("To sign, type the total to charge").fill("1,000")
    press_on(page, "Lock")


def a_wrong_amount(button: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.get_by_role("textbox").first.fill("ten pounds")
        press_on(page, button)

    return act


def locked_statement() -> object:
    return Statement.objects.get(department__people__username=A).uid


STAFF = (
    Sight("users", A, at("people:users")),
    Sight("users-none", A, at("people:users", "?q=nobody+of+this+name")),
    Sight("user-add", A, at("people:user_add")),
    Sight("user-add-error", A, at("people:user_add"), press("Add user")),
    Sight("user-edit", A, at("people:user_edit", uid=uid_of(USER))),
    Sight("user-edit-error", A, at("people:user_edit", uid=uid_of(USER)), a_wrong_address),
    Sight("user-edit-invited", A, at("people:user_edit", uid=uid_of(INVITED))),
    Sight("user-delete", A, at("people:user_delete", uid=uid_of(USER))),
    Sight("user-reset", A, at("people:user_reset", uid=uid_of(USER))),
    Sight("users-import", A, at("people:user_import")),
    Sight("users-import-check", A, at("people:user_import"), many_users),
    Sight("admins", A, at("people:admins")),
    Sight("admin-edit", A, at("people:admin_edit", uid=uid_of(A))),
    Sight("contacts-admin", A, at("contacts:list")),
    Sight("contact-add-admin", A, at("contacts:add")),
    Sight("contact-edit-admin", A, at("contacts:edit", uid=contact)),
    Sight("contacts-duplicates-admin", A, at("contacts:duplicates")),
    Sight("groups-admin", A, at("contacts:groups")),
    Sight("group-add-admin", A, at("contacts:group_add")),
    Sight("group-admin", A, at("contacts:group", uid=lambda: group("Lab group A"))),
    Sight("group-edit-admin", A, at("contacts:group_rename", uid=lambda: group("Lab group A"))),
    Sight("contacts-import-admin", A, at("imports:start")),
    Sight("contacts-import-columns-admin", A, at("imports:start"), import_to(2)),
    Sight("contacts-import-groups-admin", A, at("imports:start"), import_to(3)),
    Sight("contacts-import-check-admin", A, at("imports:start"), import_to(4)),
    Sight("optouts-admin", A, at("optouts:list")),
    Sight("optouts-lifted-admin", A, at("optouts:list", "?show=all")),
    Sight("optout-add", A, at("optouts:add")),
    Sight("optout-add-error", A, at("optouts:add"), a_wrong_opt_out),
    Sight("optout-lift", A, at("optouts:lift", uid=opt_out("text"))),
    Sight("optout-lift-added", A, at("optouts:lift", uid=opt_out("email"))),
    Sight("optout-lift-error", A, at("optouts:lift", uid=opt_out("text")), press("Lift opt-out")),
    Sight("contact-opted-out", A, at("contacts:edit", uid=opted_out_contact)),
    Sight("templates-admin", A, at("wording:list")),
    Sight("template-add-admin", A, at("wording:add")),
    Sight("template-edit-admin", A, at("wording:edit", uid=lambda: template(owner=None))),
    Sight("messages-list-admin", A, at("history:list")),
    Sight("messages-batch-admin", A, at("history:batch", uid=messy_batch)),
    Sight("messages-emergency-admin", A, at("history:batch", uid=batch(lane=0))),
    Sight("messages-scheduled-admin", A, at("history:batch", uid=batch(state="scheduled"))),
    Sight("repeats-admin", A, at("repeats:list")),
    Sight("repeat-admin", A, at("repeats:repeat", uid=repeat("active"))),
    Sight("keywords", A, at("keywords:list")),
    Sight("keyword-edit", A, at("keywords:edit", uid=keyword("OPENDAY"))),
    Sight("keyword-edit-tried", A, at("keywords:edit", uid=keyword("OPENDAY")), a_keyword_tried),
    Sight(
        "keyword-edit-error", A, at("keywords:edit", uid=keyword("HELP")), a_keyword_set_up_wrongly
    ),
    Sight("keyword-edit-secret", A, at("keywords:edit", uid=keyword("HELP")), a_system_to_call),
    Sight("keyword-texts-admin", A, at("sorting:texts")),
    Sight("keyword-texts-look", A, at("sorting:texts", "?show=look")),
    Sight("statements-admin", A, at("statements:list")),
    Sight("statement-admin", A, at("statements:statement", begins=year(2), uid=physics)),
    Sight("statement-running-admin", A, at("statements:statement", begins=year(0), uid=physics)),
    Sight("estimate-admin", A, at("statements:estimate", uid=physics)),
    Sight("activity-admin", A, at("activity:list")),
    Sight("profile-admin", A, at("people:profile")),
    Sight("switch-admin", A, at("people:switch")),
    Sight("operator-departments", T, at("departments:list")),
    Sight("operator-department", T, at("departments:edit", uid=physics)),
    Sight("operator-department-error", T, at("departments:edit", uid=physics), a_wrong_tag),
    Sight("operator-department-new", T, at("opening:new")),
    Sight("operator-department-new-error", T, at("opening:new"), press("Set up department")),
    Sight("operator-department-close", T, at("departments:close", uid=physics)),
    Sight("operator-people", T, at("people:department_people", uid=physics)),
    Sight("operator-user-add", T, at("people:department_user_add", uid=physics)),
    Sight("operator-admin-add", T, at("people:department_admin_add", uid=physics)),
    Sight("operator-user-edit", T, at("people:user_edit", uid=uid_of(USER))),
    Sight("operator-user-delete", T, at("people:user_delete", uid=uid_of(USER))),
    Sight("operator-user-reset", T, at("people:user_reset", uid=uid_of(USER))),
    Sight("operator-admin-edit", T, at("people:admin_edit", uid=uid_of(A))),
    Sight("operator-admin-delete", T, at("people:admin_delete", uid=uid_of(A))),
    Sight("operator-admin-reset", T, at("people:admin_reset", uid=uid_of(A))),
    Sight("operator-carriers", T, carriers),
    Sight("operator-carrier-add", T, at("operations:carrier_add")),
    Sight("operator-carrier-add-error", T, at("operations:carrier_add"), press("Add carrier")),
    Sight("operator-carrier-add-simulator", T, at("operations:carrier_add", "?kind=simulator")),
    Sight("operator-carrier-add-twilio", T, at("operations:carrier_add", "?kind=twilio")),
    Sight("operator-carrier-add-vonage", T, at("operations:carrier_add", "?kind=vonage")),
    Sight("operator-carrier-add-kannel", T, at("operations:carrier_add", "?kind=kannel")),
    Sight("operator-carrier-add-http", T, at("operations:carrier_add", "?kind=http")),
    Sight("operator-carrier-add-email", T, at("operations:carrier_add", "?kind=email")),
    Sight("operator-carrier-edit", T, at("operations:carrier", uid=carrier(DOWN))),
    Sight("operator-carrier-edit-error", T, at("operations:carrier", uid=carrier(DOWN)), no_host),
    Sight("operator-carrier-simulator", T, at("operations:carrier", uid=carrier("simulator"))),
    Sight("operator-carrier-test", T, test_of("simulator")),
    Sight("operator-carrier-test-down", T, test_of(DOWN)),
    Sight("operator-carrier-test-error", T, test_of(DOWN), press("Send a test")),
    Sight("operator-optouts", T, at("optouts:list")),
    Sight("operator-optout-add", T, at("optouts:add")),
    Sight("operator-optout-lift", T, at("optouts:lift", uid=opt_out_everywhere)),
    Sight("operator-troubles", T, troubles),
    Sight("operator-routes", T, at("operations:carrier_routes", "?to=07624 000001&sender=alpha:")),
    Sight("operator-routes-error", T, at("operations:carrier_routes"), press("Try")),
    Sight("operator-route-add", T, at("operations:carrier_route_add")),
    Sight("operator-route-add-error", T, at("operations:carrier_route_add"), press("Add route")),
    Sight("operator-route-edit", T, at("operations:carrier_route", uid=a_route)),
    Sight("operator-unknown", T, at("operations:to_decide")),
    Sight("operator-unknown-texts", T, at("operations:to_decide_texts", uid=doubted)),
    Sight("operator-unknown-decide", T, deciding),
    Sight("operator-unknown-decide-error", T, deciding, press("Save decision")),
    Sight("operator-unknown-decide-all", T, at("operations:decide", "?carrier=simulator")),
    Sight("operator-numbers", T, at("renting:numbers")),
    Sight("operator-number-rent", T, at("renting:rent")),
    Sight("operator-number-rent-error", T, at("renting:rent"), a_number_without_a_user),
    Sight("operator-number-release", T, at("renting:release", uid=rented)),
    Sight("operator-keywords", T, at("renting:keywords")),
    Sight("operator-keyword-give", T, at("renting:give")),
    Sight("operator-keyword-give-error", T, at("renting:give"), a_word_that_is_kept),
    Sight("operator-keyword-take-back", T, at("renting:take_back", uid=keyword("HELP"))),
    Sight("operator-unmatched", T, at("sorting:unmatched")),
    Sight("operator-unmatched-none", T, at("sorting:unmatched", "?q=nothing+like+it")),
    Sight("operator-unmatched-assign", T, at("sorting:unmatched_assign", uid=unmatched)),
    Sight(
        "operator-unmatched-assign-error",
        T,
        at("sorting:unmatched_assign", uid=unmatched),
        press("Give it to this keyword"),
    ),
    Sight("operator-audit", T, at("activity:list")),
    Sight("operator-stop-error", T, at("operations:stop_everything"), press("Stop everything")),
    Sight("operator-stop", T, at("operations:stop_everything")),
    Sight("operator-tariffs", T, at("tariffs:list")),
    Sight("operator-tariff", T, at("tariffs:change", key=lambda: "text")),
    Sight("operator-tariff-extra", T, at("tariffs:change", key=lambda: "extra")),
    Sight("operator-tariff-error", T, at("tariffs:change", key=lambda: "inbound"), a_wrong_price),
    Sight("operator-profile", T, at("people:profile")),
    Sight("finance-tariffs", F, at("tariffs:list")),
    Sight("finance-year-end", F, at("statements:year", begins=year(1))),
    Sight("finance-year-end-error", F, at("statements:year", begins=year(1)), a_wrong_total),
    Sight("finance-year-end-locked", F, at("statements:year", begins=year(2))),
    Sight("finance-year-running", F, at("statements:year", begins=year(0))),
    Sight("finance-statements", F, at("statements:list")),
    Sight("finance-statements-none", F, at("statements:list", "?q=nothing+like+it")),
    Sight("finance-statement", F, at("statements:statement", begins=year(2), uid=physics)),
    Sight("finance-statement-draft", F, at("statements:statement", begins=year(1), uid=physics)),
    Sight("finance-prepaid", F, at("statements:prepaid", begins=year(1), uid=physics)),
    Sight(
        "finance-prepaid-error",
        F,
        at("statements:prepaid", begins=year(1), uid=physics),
        a_wrong_amount("Save what was prepaid"),
    ),
    Sight("finance-prepaid-locked", F, at("statements:prepaid", begins=year(2), uid=physics)),
    Sight("finance-correct", F, at("statements:correct", uid=locked_statement)),
    Sight(
        "finance-correct-error",
        F,
        at("statements:correct", uid=locked_statement),
        a_wrong_amount("Add correction"),
    ),
    Sight("finance-estimate", F, at("statements:estimate", uid=physics)),
    Sight("finance-profile", F, at("people:profile")),
    # Last: every page after it has the banner.
    Sight("operator-stopped", T, at("operations:stop_everything"), everything_stopped),
)
