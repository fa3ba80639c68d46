"""Departments, as the messaging team keeps them."""

from django.urls import path

from accounts.departments import views

app_name = "departments"

urlpatterns = [
    path("departments/", views.departments, name="list"),
    path("departments/<uuid:uid>/", views.edit, name="edit"),
    path("departments/<uuid:uid>/freeze/", views.freeze, name="freeze"),
    path("departments/<uuid:uid>/unfreeze/", views.unfreeze, name="unfreeze"),
    path("departments/<uuid:uid>/close/", views.close, name="close"),
    path("departments/<uuid:uid>/reopen/", views.reopen, name="reopen"),
    path("departments/<uuid:uid>/codes/<int:pk>/take-back/", views.take_back, name="take_back"),
]
