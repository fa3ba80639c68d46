from django.urls import path

from messaging.wording import views

app_name = "wording"
urlpatterns = [
    path("", views.list_templates, name="list"),
    path("new/", views.add, name="add"),
    path("starter/", views.starter_pack, name="starter_pack"),
    path("<uuid:uid>/", views.edit, name="edit"),
    path("<uuid:uid>/archive/", views.archive, name="archive"),
    path("<uuid:uid>/restore/", views.restore, name="restore"),
]
