"""Email to SMS, as its users set it."""

from django.urls import path

from messaging.relay import views

app_name = "relay"

urlpatterns = [path("profile/email-to-sms/", views.edit, name="settings")]
