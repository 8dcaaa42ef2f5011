"""What a search answers to the jump dialog (搜索结果): hits as JSON, in the order in which they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import JsonResponse


@dataclass(frozen=True, slots=True)
class SearchHit:
    """`detail` says where and why it matched; `tag` stands at the right in red: what is owed, with its word."""

    title: str
    url: str
    detail: str = ""
    tag: str = ""


def search_response(hits: Sequence[SearchHit]) -> JsonResponse:
    found = [{"title": hit.title, "url": hit.url, "detail": hit.detail, "tag": hit.tag} for hit in hits]
    return JsonResponse({"hits": found})
