"""What every public page keeps to: it says that everybody may open it, speaks the asked language, may be framed if set."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

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
        response["Cache-Control"] = f"public, max-age={60 * _MINUTES_KEPT}"
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
