"""Addresses of staff."""

from django.urls import path

from qingyuan.interfaces.office.staff import change_views, role_views, token_views, views

app_name = "staff"
urlpatterns = [
    path("staff/", views.people, name="list"),
    path("staff/new/", change_views.create, name="new"),
    path("staff/<str:login>/", views.roles_tab, name="detail"),
    path("staff/<str:login>/permissions/", views.permissions_tab, name="permissions"),
    path("staff/<str:login>/history/", views.history_tab, name="history"),
    path("staff/<str:login>/phone/", views.phone, name="phone"),
    path("staff/<str:login>/edit/", change_views.edit, name="edit"),
    path("staff/<str:login>/transfer/", change_views.transfer, name="transfer"),
    path("staff/<str:login>/deactivate/", change_views.deactivate, name="deactivate"),
    path("staff/<str:login>/reactivate/", change_views.reactivate, name="reactivate"),
    path("staff/<str:login>/reset-password/", change_views.reset_password, name="reset-password"),
    path("staff/<str:login>/roles/new/", role_views.assign, name="assign"),
    path("staff/<str:login>/roles/<int:assignment_id>/end/", role_views.end, name="end-role"),
    path("staff/<str:login>/tokens/", token_views.tokens_tab, name="tokens"),
    path("staff/<str:login>/tokens/new/", token_views.make, name="new-token"),
    path("staff/<str:login>/tokens/<int:token_id>/revoke/", token_views.revoke, name="revoke-token"),
]
