from django.urls import path

from messaging.compose import views

app_name = "compose"
urlpatterns = [
    path("messages/new/", views.new, name="new"),
    path("messages/new/<uuid:uid>/", views.draft, name="draft"),
    path("messages/new/<uuid:uid>/check/", views.check, name="check"),
    path("messages/new/<uuid:uid>/import/", views.import_check, name="import"),
    path("messages/<uuid:uid>/again/", views.again, name="again"),
    path("messages/<uuid:uid>/edit/", views.edit, name="edit"),
]
