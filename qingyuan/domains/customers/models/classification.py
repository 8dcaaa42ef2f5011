"""Parallel classifications of accounts (分类): 区划, 网点, 供水所, a utility's own."""

from django.db import models

from qingyuan.platform.columns import CodeField
from qingyuan.platform.organisation.models import CompanyPart, CompanyRow


class ClassificationScheme(CompanyRow):
    """One way of sorting accounts, beside any number of others."""

    code = CodeField()
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        db_table = "classification_scheme"
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="classification_scheme_code")]

    def __str__(self) -> str:
        return self.name


class ClassificationValue(CompanyRow):
    """One value of a scheme."""

    scheme = models.ForeignKey(ClassificationScheme, on_delete=models.PROTECT, related_name="values")
    code = CodeField()
    name = models.CharField(max_length=60)

    class Meta:
        db_table = "classification_value"
        ordering = ["scheme", "code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="classification_value_code")]

    def __str__(self) -> str:
        return self.name


class AccountClassification(CompanyPart):
    """The value an account has in a scheme; at most one."""

    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="classifications")
    scheme = models.ForeignKey(ClassificationScheme, on_delete=models.PROTECT, related_name="+")
    value = models.ForeignKey(ClassificationValue, on_delete=models.PROTECT, related_name="accounts")

    class Meta:
        db_table = "account_classification"
        constraints = [models.UniqueConstraint(fields=["account", "scheme"], name="account_classification_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.value_id}"
