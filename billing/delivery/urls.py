"""Delivery reports."""

from django.urls import path

from billing.delivery import views

app_name = "delivery"

urlpatterns = [
    path("reports/delivery/", views.reports, name="list"),
    path("reports/delivery/ask/", views.ask, name="ask"),
    path("reports/delivery/<uuid:uid>/download/", views.download, name="download"),
    path("reports/delivery/<uuid:uid>/delete/", views.delete, name="delete"),
    path("reports/delivery/<uuid:uid>/again/", views.again, name="again"),
    path("reports/delivery/orders/<uuid:uid>/", views.change, name="change"),
    path("reports/delivery/orders/<uuid:uid>/stop/", views.stop, name="stop"),
    path("reports/link/<str:token>/", views.link, name="link"),
]
