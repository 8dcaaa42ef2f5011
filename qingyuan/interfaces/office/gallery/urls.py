"""Addresses of the gallery; there are none in production."""

from django.conf import settings
from django.urls import URLPattern, path

from qingyuan.interfaces.office.gallery import views

app_name = "gallery"
urlpatterns: list[URLPattern] = []
if settings.DEBUG or getattr(settings, "OFFICE_GALLERY", False):
    urlpatterns = [
        path("gallery/", views.overview, name="overview"),
        path("gallery/list/", views.sample_list, name="list"),
        path("gallery/list/empty/", views.empty_list, name="empty-list"),
        path("gallery/form/", views.sample_form, name="form"),
        path("gallery/record/", views.record, name="record"),
        path("gallery/record/<slug:tab>/", views.record, name="record-tab"),
        path("gallery/upload/", views.upload, name="upload"),
        path("gallery/progress/<int:step>/", views.progress, name="progress"),
        path("gallery/reveal/", views.reveal, name="reveal"),
        path("gallery/refused/", views.refused, name="refused"),
        path("gallery/broken/", views.broken, name="broken"),
        path("gallery/search/", views.search, name="search"),
    ]
