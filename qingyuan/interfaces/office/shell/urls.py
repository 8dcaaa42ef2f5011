"""The shell's own addresses."""

from django.urls import path

from qingyuan.interfaces.office.shell import views

app_name = "shell"
urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/", views.password, name="password"),
    path("language/", views.language, name="language"),
    path("lists/<slug:list_key>/columns/", views.columns, name="columns"),
]
