"""Sending itself, as the messaging team keeps it going."""

from django.urls import path

from messaging.operations.views import (
    calls,
    carrier_tests,
    carriers,
    doubt,
    halting,
    routes,
    troubles,
)

app_name = "operations"

urlpatterns = [
    path("carriers/", carriers.carriers, name="carriers"),
    path("carriers/add/", carriers.add, name="carrier_add"),
    path("carriers/routes/", routes.routes, name="carrier_routes"),
    path("carriers/routes/add/", routes.add, name="carrier_route_add"),
    path("carriers/routes/<uuid:uid>/", routes.edit, name="carrier_route"),
    path("carriers/routes/<uuid:uid>/move/", routes.move, name="carrier_route_move"),
    path("carriers/routes/<uuid:uid>/remove/", routes.remove, name="carrier_route_remove"),
    path("carriers/<uuid:uid>/", carriers.edit, name="carrier"),
    path("carriers/<uuid:uid>/test/", carrier_tests.test, name="carrier_test"),
    path("carriers/<uuid:uid>/pause/", carriers.pause, name="carrier_pause"),
    path("carriers/<uuid:uid>/resume/", carriers.resume, name="carrier_resume"),
    path("carriers/<uuid:uid>/off/", carriers.switch_off, name="carrier_off"),
    path("carriers/<uuid:uid>/on/", carriers.switch_on, name="carrier_on"),
    path("carriers/<uuid:uid>/remove/", carriers.remove, name="carrier_remove"),
    # The carrier itself calls these two: no slash at the end, which a carrier may drop.
    path("carriers/<uuid:uid>/report", calls.report, name="carrier_report"),
    path("carriers/<uuid:uid>/text", calls.text, name="carrier_text"),
    path("to-decide/", doubt.to_decide, name="to_decide"),
    path("to-decide/check/", doubt.decide, name="decide"),
    path("to-decide/<uuid:uid>/", doubt.texts, name="to_decide_texts"),
    path("operations/", troubles.troubles, name="troubles"),
    path("operations/stop/", halting.stop_everything, name="stop_everything"),
    path("operations/start/", halting.start_again, name="start_again"),
]
