"""Addresses of the area. Numbers may hold a slash, so what follows one comes before the bare number."""

from django.urls import path

from qingyuan.interfaces.office.meters import exchange, links, pages, points

app_name = "meters"
POINT = "points/<path:point_no>/"
urlpatterns = [
    path("meters/", pages.meters, name="list"),
    path("meters/<path:meter_no>/readings/", pages.readings, name="readings"),
    path("meters/<path:meter_no>/", pages.detail, name="detail"),
    path(f"{POINT}exchange/", exchange.exchange, name="exchange"),
    path(f"{POINT}shares/", points.shares, name="shares"),
    path(f"{POINT}option/", points.option, name="option"),
    path(f"{POINT}quota/", points.quota, name="quota"),
    path(f"{POINT}links/", links.links, name="links"),
    path(f"{POINT}links/end/", links.end, name="links-end"),
    path(f"{POINT}move/", points.move, name="move"),
]
