from django.urls import path, register_converter

from billing.tariffs import views
from billing.tariffs.days import DayConverter

register_converter(DayConverter, "day")

app_name = "tariffs"
urlpatterns = [
    path("", views.list_prices, name="list"),
    path("<slug:key>/", views.change, name="change"),
    path("<slug:key>/<day:from_on>/take-back/", views.take_back, name="take_back"),
]
