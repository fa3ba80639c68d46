from django.urls import path

from messaging.optouts import views

app_name = "optouts"
urlpatterns = [
    path("", views.list_opt_outs, name="list"),
    path("csv/", views.download, name="csv"),
    path("new/", views.add, name="add"),
    path("<uuid:uid>/lift/", views.lift, name="lift"),
]
