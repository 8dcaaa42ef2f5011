"""Who a session belongs to, for Django's own sign-in machinery. Whether a password is right is `operations.sign_in`'s."""

from django.contrib.auth.backends import BaseBackend

from qingyuan.platform.staff.models import Staff


class SessionBackend(BaseBackend):
    """Finds the person of a session with their unit, which every page names, in one query; None once inactive."""

    def get_user(self, user_id: int) -> Staff | None:
        return Staff.objects.select_related("unit").filter(pk=user_id, is_active=True).first()
