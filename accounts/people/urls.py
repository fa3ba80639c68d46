"""Accounts: their pages under the words of the tabs."""

from django.urls import path

from accounts.people.views import invitations

app_name = "people"

urlpatterns = [
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
]
