"""Still needed, or cancelled."""

from django.urls import path

from accounts.renewals import views

app_name = "renewals"

urlpatterns = [
    path("renewal/", views.own, name="own"),
    path("renewal/<str:token>/", views.link, name="link"),
    path("departments/renewals/", views.renewals, name="list"),
    path("departments/<uuid:uid>/renewal/", views.department, name="department"),
]
