"""Sign-in attempts (登录记录): what the lockout per person and address is counted from."""

from django.db import models


class SignInAttempt(models.Model):
    """One attempt. `login` as typed, whether or not such a person exists: an attacker learns nothing from a difference."""

    login = models.CharField(max_length=40)
    address = models.CharField(max_length=64)
    succeeded = models.BooleanField()
    attempted_at = models.DateTimeField()

    class Meta:
        db_table = "sign_in_attempt"
        indexes = [models.Index(fields=["login", "address", "attempted_at"], name="sign_in_attempt_key")]

    def __str__(self) -> str:
        return f"{self.login} {self.attempted_at}"
