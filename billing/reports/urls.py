from django.urls import path

from billing.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.charges, name="charges"),
    path("file/<slug:kind>/", views.download, name="download"),
    path("statement/<uuid:uid>/", views.statement, name="statement"),
    path("journal/", views.journal_layout, name="journal"),
    path("journal/csv/", views.journal_file, name="journal_csv"),
]
