"""Staff (员工): a person who signs in. Permissions come from roles; Django's own groups and permissions are not used."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class StaffAccounts(BaseUserManager["Staff"]):
    """Looks staff up by login; people are made by operations, never here."""

    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(login=username)


class Staff(AbstractBaseUser):
    """One person. `login` (登录号) and `staff_no` (工号) are unique across both together (StaffIdentifier)."""

    login = models.CharField(max_length=40, unique=True)
    staff_no = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=10, blank=True)
    preferences = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[StaffAccounts] = StaffAccounts()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "staff"
        ordering = ["login"]

    def __str__(self) -> str:
        return f"{self.name} ({self.login})"


class StaffIdentifier(models.Model):
    """A login or staff number in lower case, so that the database keeps both sets together free of doubles.

    One row for a person whose login is also the staff number, else two.
    """

    value = models.CharField(max_length=40, primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="identifiers")

    class Meta:
        db_table = "staff_identifier"

    def __str__(self) -> str:
        return self.value
