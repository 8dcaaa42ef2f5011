"""What every public page keeps to: it says that everybody may open it, speaks the asked language, may be framed if set."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from qingyuan.platform.limits.operations import TooManyCalls, count_call
from qingyuan.platform.limits.rules.minutes import counted_address

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
LANGUAGES = {"zh": "zh-hans", "en": "en"}
_MINUTES_KEPT = 5


def public(view: View[P]) -> View[P]:
    """The view answers everybody, by GET alone, in the language of `?lang=` (zh, en), else the chosen or usual one.

    Foreign frames get no cookies, so that the address must be able to carry the language. Nothing in the answer is
    personal: whoever stands between may keep it for some minutes.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        language = LANGUAGES.get(request.GET.get("lang", ""), translation.get_language())
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = language or settings.LANGUAGE_CODE
        response.headers.setdefault("Cache-Control", f"public, max-age={60 * _MINUTES_KEPT}")
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response

    guarded = require_safe(opened)
    setattr(guarded, "required_permission", None)  # noqa: B010 (a function has no such attribute of its own)
    return cast(View[P], guarded)


def framed_by_others(view: View[P]) -> View[P]:
    """The page may stand in the frames that the setting QINGYUAN_CALCULATOR_FRAMES names."""

    @wraps(view)
    def framed(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = settings.CALCULATOR_SECURITY_POLICY
        if settings.CALCULATOR_FRAMES:
            # X-Frame-Options cannot name origins; browsers that know frame-ancestors go by that.
            setattr(response, "xframe_options_exempt", True)  # noqa: B010 (Django's own way of saying it)
        return response

    return cast(View[P], framed)


def limited(kind: str, refused: Callable[[HttpRequest, TooManyCalls], HttpResponse]) -> Callable[[View[P]], View[P]]:
    """The view answers so many calls a minute from one address as the setting says; `refused` makes the page of the rest.

    That page is 429 with Retry-After, and nobody keeps it.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def counted(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            limit = settings.CALCULATOR_CALLS_PER_MINUTE
            if limit:
                caller = f"{kind}:{counted_address(request.META.get('REMOTE_ADDR', ''))}"
                try:
                    count_call(caller=caller, limit=limit, at=timezone.now())
                except TooManyCalls as error:
                    response = refused(request, error)
                    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
                    response["Retry-After"] = str(error.seconds)
                    response["Cache-Control"] = "no-store"
                    return response
            return view(request, *args, **kwargs)

        return cast(View[P], counted)

    return decorate
