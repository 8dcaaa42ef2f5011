"""Addresses of notices. Account numbers may hold a slash."""

from django.urls import path

from qingyuan.interfaces.office.notices import batches, texts, views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notices, name="list"),
    path("notices/again/", views.again, name="again"),
    path("notices/states/", views.states, name="states"),
    path("notices/requests/<int:request_id>/resume/", views.resume, name="resume"),
    path("notices/bills/<str:bill_no>/queue/", views.notify, name="notify"),
    path("notices/batches/", batches.batches, name="batches"),
    path("notices/batches/new/", batches.make, name="new-batch"),
    path("notices/batches/<str:batch_no>/", batches.batch, name="batch"),
    path("notices/batches/<str:batch_no>/file/", batches.download, name="download"),
    path("notices/batches/<str:batch_no>/results/", batches.results, name="results"),
    path("notices/batches/<str:batch_no>/results/sample/", batches.sample, name="result-sample"),
    path("notices/texts/", texts.texts, name="texts"),
    path("notices/texts/<str:kind>/<str:language>/", texts.text, name="text"),
    path("notices/texts/<str:kind>/<str:language>/preview/", texts.preview, name="preview"),
    path("notices/accounts/<path:account_no>/", views.choices, name="choices"),
]
