from django.urls import path

from billing.statements.views import papers, years

app_name = "statements"
urlpatterns = [
    path("year-end/", years.home, name="home"),
    path("year-end/<int:begins>/", years.year, name="year"),
    path("year-end/<int:begins>/lock/", years.lock, name="lock"),
    path("year-end/<int:begins>/<slug:what>.<slug:kind>", years.download, name="download"),
    path("year-end/<int:begins>/<uuid:uid>/prepaid/", years.prepaid, name="prepaid"),
    path("statements/", papers.list_statements, name="list"),
    path("statements/<int:begins>/<uuid:uid>/", papers.statement, name="statement"),
    path("statements/<int:begins>/<uuid:uid>/pdf/", papers.pdf, name="pdf"),
    path("statements/<uuid:uid>/correct/", papers.correct, name="correct"),
    path("estimates/<uuid:uid>/", papers.estimate, name="estimate"),
]
