"""Carriers, as the messaging team looks after them."""

from django.urls import path

from messaging.operations import views

app_name = "operations"

urlpatterns = [
    path("", views.carriers, name="carriers"),
    path("add/", views.add, name="carrier_add"),
    path("<uuid:uid>/", views.edit, name="carrier"),
    path("<uuid:uid>/pause/", views.pause, name="carrier_pause"),
    path("<uuid:uid>/resume/", views.resume, name="carrier_resume"),
    path("<uuid:uid>/off/", views.switch_off, name="carrier_off"),
    path("<uuid:uid>/on/", views.switch_on, name="carrier_on"),
    path("<uuid:uid>/remove/", views.remove, name="carrier_remove"),
]
