"""Sending itself, as the messaging team keeps it going."""

from django.urls import path

from messaging.operations import views

app_name = "operations"
urlpatterns = [
    path("operations/stop/", views.stop_everything, name="stop_everything"),
    path("operations/start/", views.start_again, name="start_again"),
]
