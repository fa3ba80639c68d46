"""Sending itself, as the messaging team keeps it going."""

from django.urls import path

from messaging.operations.views import carriers, halting

app_name = "operations"

urlpatterns = [
    path("carriers/", carriers.carriers, name="carriers"),
    path("carriers/add/", carriers.add, name="carrier_add"),
    path("carriers/<uuid:uid>/", carriers.edit, name="carrier"),
    path("carriers/<uuid:uid>/pause/", carriers.pause, name="carrier_pause"),
    path("carriers/<uuid:uid>/resume/", carriers.resume, name="carrier_resume"),
    path("carriers/<uuid:uid>/off/", carriers.switch_off, name="carrier_off"),
    path("carriers/<uuid:uid>/on/", carriers.switch_on, name="carrier_on"),
    path("carriers/<uuid:uid>/remove/", carriers.remove, name="carrier_remove"),
    path("operations/stop/", halting.stop_everything, name="stop_everything"),
    path("operations/start/", halting.start_again, name="start_again"),
]
