from django.urls import path

from messaging.repeats import views

app_name = "repeats"
urlpatterns = [
    path("messages/new/<uuid:uid>/repeat/", views.check, name="check"),
    path("messages/repeating/", views.repeats, name="list"),
    path("messages/repeating/<uuid:uid>/", views.repeat, name="repeat"),
    path("messages/repeating/<uuid:uid>/dates/", views.leave_out, name="leave_out"),
    path("messages/repeating/<uuid:uid>/pause/", views.pause, name="pause"),
    path("messages/repeating/<uuid:uid>/resume/", views.resume, name="resume"),
    path("messages/repeating/<uuid:uid>/end/", views.end, name="end"),
    path("messages/repeating/<uuid:uid>/change/", views.change, name="change"),
    path("messages/repeating/<uuid:uid>/again/", views.again, name="again"),
]
