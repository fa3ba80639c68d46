"""Who did what."""

from django.urls import path

from accounts.activity import views

app_name = "activity"

urlpatterns = [
    path("activity/", views.activity, name="list"),
    path("activity/csv/", views.download, name="csv"),
]
