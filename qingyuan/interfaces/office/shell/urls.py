"""The shell's own addresses."""

from django.urls import path

from qingyuan.interfaces.office.shell import sign_in, views

app_name = "shell"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.password, name="password"),
    path("language/", views.language, name="language"),
    path("density/", views.density, name="density"),
    path("lists/<slug:list_key>/columns/", views.columns, name="columns"),
]
