from django.urls import path

from messaging.contacts import views

app_name = "contacts"
urlpatterns = [
    path("", views.list_contacts, name="list"),
    path("new/", views.add, name="add"),
    path("bulk/", views.bulk, name="bulk"),
    path("restore/", views.restore, name="restore"),
    path("export.<str:kind>", views.export, name="export"),
    path("duplicates/", views.duplicates, name="duplicates"),
    path("duplicates/merge/", views.merge, name="merge"),
    path("<uuid:uid>/", views.edit, name="edit"),
    path("<uuid:uid>/delete/", views.delete, name="delete"),
    path("groups/", views.list_groups, name="groups"),
    path("groups/new/", views.add_group, name="group_add"),
    path("groups/<uuid:uid>/", views.group, name="group"),
    path("groups/<uuid:uid>/rename/", views.rename_group, name="group_rename"),
    path("groups/<uuid:uid>/delete/", views.delete_group, name="group_delete"),
    path("groups/<uuid:uid>/restore/", views.restore_group, name="group_restore"),
]
