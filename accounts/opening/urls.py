"""A new department."""

from django.urls import path

from accounts.opening import views

app_name = "opening"

urlpatterns = [path("departments/new/", views.new, name="new")]
