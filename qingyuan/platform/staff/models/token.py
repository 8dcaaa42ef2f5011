"""API tokens (接口令牌): with one a program acts as a member of staff. Only the digest of its secret is kept."""

from django.db import models
from django.db.models import F, Q


class ApiToken(models.Model):
    """Valid from its making to the day before `to_date`, unless revoked. `digest` is the secret's SHA-256 in hex."""

    staff = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    from_date = models.DateField()
    to_date = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_token"
        constraints = [models.CheckConstraint(condition=Q(to_date__gt=F("from_date")), name="api_token_span")]

    def __str__(self) -> str:
        return self.name
