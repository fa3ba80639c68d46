from django.urls import path

from messaging.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.start, name="start"),
    path("template.csv", views.template, name="template"),
    path("<uuid:uid>/", views.show, name="show"),
    path("<uuid:uid>/columns/", views.columns, name="columns"),
    path("<uuid:uid>/groups/", views.groups, name="groups"),
    path("<uuid:uid>/check/", views.check, name="check"),
    path("<uuid:uid>/rows.csv", views.bad_rows, name="bad_rows"),
    path("<uuid:uid>/undo/", views.undo, name="undo"),
    path("<uuid:uid>/cancel/", views.cancel, name="cancel"),
]
