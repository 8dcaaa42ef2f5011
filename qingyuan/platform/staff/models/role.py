"""Roles (角色): sets of permission codes, held at a unit and its subtree, for some books if so said, for a time."""

from django.db import models

from qingyuan.platform.columns import CodeField, span_ordered


class Role(models.Model):
    """A set of permissions. `template` names the shipped role it was made from, empty for a utility's own; `seen` are the
    permissions of the shipped one that somebody has decided about, taken over or not.
    """

    code = CodeField(unique=True)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True)
    template = CodeField(blank=True)
    seen = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "role"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class RolePermission(models.Model):
    """One permission of a role."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    permission = models.CharField(max_length=60)

    class Meta:
        db_table = "role_permission"
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="role_permission_once")]

    def __str__(self) -> str:
        return self.permission


class RoleAssignment(models.Model):
    """A role held by a person at a unit (its subtree) in [from_date, to_date)."""

    staff = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "role_assignment"
        indexes = [models.Index(fields=["staff", "from_date"], name="role_assignment_staff")]
        constraints = [span_ordered("role_assignment_span")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role_id} @ {self.unit_id}"


class RoleAssignmentBook(models.Model):
    """A book (抄表册) to which an assignment is limited. Books live in a domain above, hence no foreign key."""

    assignment = models.ForeignKey(RoleAssignment, on_delete=models.CASCADE, related_name="books")
    book_id = models.BigIntegerField()

    class Meta:
        db_table = "role_assignment_book"
        constraints = [models.UniqueConstraint(fields=["assignment", "book_id"], name="role_assignment_book_once")]

    def __str__(self) -> str:
        return str(self.book_id)
