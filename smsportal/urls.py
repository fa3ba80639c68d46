"""Every address of the portal. Each wing names its own."""

from django.urls import include, path

from smsportal import appearance, home
from smsportal.metrics import metrics

urlpatterns = [
    path("", home.home, name="home"),
    path("metrics", metrics, name="metrics"),
    path("appearance/", appearance.choose, name="appearance"),
    path("", include("accounts.departments.urls")),
    path("", include("accounts.people.urls")),
    path("", include("smsportal.demo.urls")),
    path("", include("accounts.opening.urls")),
    path("", include("accounts.activity.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("templates/", include("messaging.wording.urls")),
]

handler400 = "smsportal.errors.bad_request"
handler403 = "smsportal.errors.forbidden"
handler404 = "smsportal.errors.not_found"
handler500 = "smsportal.errors.server_error"
