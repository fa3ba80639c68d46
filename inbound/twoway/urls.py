from django.urls import path

from inbound.twoway.views import follow_up, inbox, number, saved

app_name = "twoway"
urlpatterns = [
    path("", inbox.conversations, name="list"),
    path("number/", number.edit, name="number"),
    path("number/<uuid:uid>/", number.edit, name="one_number"),
    path("answers/", saved.answers, name="saved"),
    path("answers/<uuid:uid>/", saved.edit, name="saved_edit"),
    path("answers/<uuid:uid>/delete/", saved.delete, name="saved_delete"),
    path("counted/", follow_up.correct, name="correct"),
    path("text/<uuid:uid>/", inbox.of_text, name="of_text"),
    path("message/<uuid:uid>/", follow_up.replies, name="follow_up"),
    path("<uuid:uid>/", inbox.thread, name="thread"),
    path("<uuid:uid>/done/", inbox.done, name="done"),
    path("<uuid:uid>/open/", inbox.reopen, name="reopen"),
    path("<uuid:uid>/no-more/", inbox.no_more, name="no_more"),
    path("<uuid:uid>/else/", inbox.something_else, name="something_else"),
    path("<uuid:uid>/note/", inbox.note, name="note"),
]
