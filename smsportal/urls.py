"""Every address of the portal. Each wing names its own."""

from django.urls import include, path

from accounts.people import urls as people_urls
from inbound.renting import urls as renting_urls
from smsportal import appearance, home

urlpatterns = [
    path("", home.home, name="home"),
    path("appearance/", appearance.choose, name="appearance"),
    path("", include("accounts.renewals.urls")),
    path("", include("accounts.departments.urls")),
    path("", include(people_urls)),
    path("account/", include(people_urls.sign_in)),
    path("", include("smsportal.demo.urls")),
    path("", include("accounts.opening.urls")),
    path("", include("accounts.requests.urls")),
    path("", include("accounts.activity.urls")),
    path("contacts/", include("messaging.contacts.urls")),
    path("contacts/import/", include("messaging.imports.urls")),
    path("contacts/opted-out/", include("messaging.optouts.urls")),
    path("templates/", include("messaging.wording.urls")),
    path("", include("messaging.compose.urls")),
    path("", include("messaging.repeats.urls")),
    path("", include("messaging.history.urls")),
    path("", include("messaging.operations.urls")),
    path("", include("messaging.relay.urls")),
    path("", include("inbound.sorting.urls")),
    path("", include(renting_urls)),
    path("", include(renting_urls.of_departments)),
    path("2way/", include("inbound.twoway.urls")),
    path("tariffs/", include("billing.tariffs.urls")),
    path("", include("billing.delivery.urls")),
    path("", include("billing.statements.urls")),
    path("reports/", include("billing.reports.urls")),
]

handler400 = "smsportal.errors.bad_request"
handler403 = "smsportal.errors.forbidden"
handler404 = "smsportal.errors.not_found"
handler500 = "smsportal.errors.server_error"
