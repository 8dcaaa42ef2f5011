"""Company profile (公司资料): what a legal entity prints on receipts, invoices and letters."""

from django.db import models


class CompanyProfile(models.Model):
    """The legal face of a unit with `is_company`. `logo_hash` names an attachment by its content."""

    unit = models.OneToOneField(
        "organisation.OrgUnit", on_delete=models.PROTECT, primary_key=True, related_name="profile"
    )
    legal_name = models.CharField(max_length=120)
    tax_no = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    service_hotline = models.CharField(max_length=40, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    logo_hash = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "company_profile"

    def __str__(self) -> str:
        return self.legal_name


class CompanyBankAccount(models.Model):
    """A bank account of a company or of one of its branches (收款账户)."""

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="bank_accounts")
    bank_name = models.CharField(max_length=100)
    bank_line_no = models.CharField(max_length=20, blank=True)
    account_name = models.CharField(max_length=120)
    account_no = models.CharField(max_length=40)
    purpose = models.CharField(max_length=60, blank=True)
    closed_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "company_bank_account"
        constraints = [models.UniqueConstraint(fields=["account_no"], name="company_bank_account_no")]

    def __str__(self) -> str:
        return f"{self.bank_name} {self.account_no}"
