from django.urls import path

from messaging.history import views

app_name = "history"
urlpatterns = [
    path("messages/", views.batches, name="list"),
    path("messages/replies/", views.replies, name="replies"),
    path("messages/<uuid:uid>/", views.batch, name="batch"),
    path("messages/<uuid:uid>/csv/", views.batch_csv, name="csv"),
    path("messages/<uuid:uid>/undo/", views.undo, name="undo"),
    path("messages/<uuid:uid>/now/", views.send_now, name="send_now"),
    path("messages/<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("messages/<uuid:uid>/pause/", views.pause, name="pause"),
    path("messages/<uuid:uid>/resume/", views.resume, name="resume"),
    path("messages/<uuid:uid>/stop/", views.stop, name="stop"),
]
