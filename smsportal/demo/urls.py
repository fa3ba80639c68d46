from django.urls import path

from smsportal.demo import views

app_name = "demo"
urlpatterns = [
    path("demo/handsets/", views.handsets, name="handsets"),
    path("demo/handsets/reply/", views.reply, name="reply"),
    path("demo/faults/", views.faults, name="faults"),
    path("demo/mail/", views.mail, name="mail"),
]
