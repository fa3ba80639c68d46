"""Asking for an account, and answering."""

from django.urls import path

from accounts.requests import views

app_name = "requests"

urlpatterns = [
    path("ask/", views.ask, name="ask"),
    path("ask/<str:secret>/", views.state, name="state"),
    path("ask/<str:secret>/take-back/", views.withdraw, name="withdraw"),
    path("requests/", views.requests, name="list"),
    path("requests/<uuid:uid>/", views.request_page, name="request"),
    path("requests/<uuid:uid>/look/", views.look, name="look"),
    path("requests/<uuid:uid>/answer/", views.answer, name="answer"),
    path("requests/<uuid:uid>/approve/", views.approve, name="approve"),
]
