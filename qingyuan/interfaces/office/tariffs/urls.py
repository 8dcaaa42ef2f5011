"""Addresses of the price plans."""

from django.urls import path

from qingyuan.interfaces.office.tariffs import change_views, views
from qingyuan.interfaces.office.tariffs.designer import begin_views, case_views, document_views
from qingyuan.interfaces.office.tariffs.designer import views as designer

app_name = "tariffs"
_VERSION = "tariffs/<str:code>/<int:version_id>/"
urlpatterns = [
    path("tariffs/", views.plans, name="list"),
    path("tariffs/import/", change_views.upload, name="import"),
    path("tariffs/import/sample/", change_views.sample, name="sample"),
    path("tariffs/new/", begin_views.new_plan, name="new"),
    path("tariffs/<str:code>/", views.plan, name="detail"),
    path("tariffs/<str:code>/example/", views.example, name="example"),
    path("tariffs/<str:code>/assign/", change_views.assign, name="assign"),
    path(_VERSION, views.plan, name="version"),
    path(f"{_VERSION}file/", change_views.export, name="export"),
    path(f"{_VERSION}publish/", change_views.publish, name="publish"),
    path(f"{_VERSION}next/", begin_views.new_version, name="new-version"),
    path(f"{_VERSION}discard/", begin_views.discard, name="discard"),
    path(f"{_VERSION}edit/", designer.edit, name="edit"),
    path(f"{_VERSION}work/", designer.work, name="work"),
    path(f"{_VERSION}text/", designer.text, name="edit-text"),
    path(f"{_VERSION}cases/", case_views.cases, name="cases"),
    path(f"{_VERSION}cases/remove/", case_views.remove_case, name="remove-case"),
    path(f"{_VERSION}cases/text/", case_views.cases_text, name="cases-text"),
    path(f"{_VERSION}documents/", document_views.documents, name="documents"),
    path(f"{_VERSION}documents/<str:sha256>/", document_views.document, name="document"),
]
