from django.urls import path

from inbound.sorting.views import texts, unmatched

app_name = "sorting"
urlpatterns = [
    path("messages/keywords/", texts.texts, name="texts"),
    path("messages/keywords/csv/", texts.texts_csv, name="texts_csv"),
    path("messages/keywords/<uuid:uid>/no-more/", texts.no_more, name="text_no_more"),
    path("messages/keywords/<uuid:uid>/else/", texts.something_else, name="text_else"),
    path("numbers/unmatched/", unmatched.unmatched, name="unmatched"),
    path("numbers/unmatched/<uuid:uid>/", unmatched.assign, name="unmatched_assign"),
    path("numbers/unmatched/<uuid:uid>/dismiss/", unmatched.dismiss, name="unmatched_dismiss"),
]
