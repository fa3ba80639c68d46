from django.urls import path

from inbound.renting.views import keywords, operator

app_name = "renting"
urlpatterns = [
    path("numbers/", operator.numbers, name="numbers"),
    path("numbers/rent/", operator.rent, name="rent"),
    path("numbers/<uuid:uid>/release/", operator.release, name="release"),
    path("numbers/keywords/", operator.keywords, name="keywords"),
    path("numbers/keywords/give/", operator.give, name="give"),
    path("numbers/keywords/<uuid:uid>/take-back/", operator.take_back, name="take_back"),
]
of_departments = (
    [
        path("keywords/", keywords.list_keywords, name="list"),
        path("keywords/<uuid:uid>/", keywords.edit, name="edit"),
    ],
    "keywords",
)
