"""The business forms of the customer file (业务表单). They check shape; operations decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.customers.rules.relief_schemes import end_after
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.shell.fields import VolumeField
from qingyuan.interfaces.office.shell.forms import OfficeForm
from qingyuan.platform.dictionary import queries as dictionary


def evidence_field() -> forms.CharField:
    return forms.CharField(
        label=_("Evidence"), max_length=200, help_text=_("What proves it: document, application or decision no.")
    )


def document_types() -> list[tuple[str, str]]:
    """The kinds of identity document of the dictionary."""
    return [("", ""), *dictionary.labels("document_type", get_language() or "zh-hans").items()]


class FromDateForm(OfficeForm):
    """A change that takes effect on a day, today unless another is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_date",):
            if name in self.fields:
                self.fields[name].initial = timezone.localdate()


class HolderForm(FromDateForm):
    """过户: an existing customer by number, else a new one."""

    customer_no = forms.CharField(
        label=_("Existing customer no."),
        max_length=32,
        required=False,
        help_text=_("When the new holder is a customer already; else enter the new holder below."),
    )
    from_date = forms.DateField(label=_("In effect from"))
    name = forms.CharField(label=_("Name of the new holder"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind of customer"), choices=words.choices(words.CUSTOMER_KINDS))
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    document_type = forms.ChoiceField(label=_("Identity document"), required=False, choices=document_types)
    document_no = forms.CharField(label=_("Document no."), max_length=40, required=False)
    tax_no = forms.CharField(label=_("Tax no."), max_length=20, required=False)
    evidence = evidence_field()
    wide = frozenset({"evidence"})
    sections = ((_("New customer"), ("name", "kind", "phone", "tax_no", "document_type", "document_no")),)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("customer_no") and not (cleaned.get("name") or "").strip():
            self.add_error("name", _("Enter the name of the new holder, or an existing customer no."))
        return cleaned


class CustomerForm(OfficeForm):
    """客户资料 of the holder: corrections, never another person."""

    name = forms.CharField(label=_("Account name"), max_length=100)
    tax_no = forms.CharField(label=_("Tax no."), max_length=20, required=False)
    document_type = forms.ChoiceField(label=_("Identity document"), required=False, choices=document_types)
    document_no = forms.CharField(
        label=_("Document no."), max_length=40, required=False, help_text=_("Empty: it stays as it is.")
    )
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)
    version_field = True
    wide = frozenset({"note"})


class ContactForm(OfficeForm):
    """联系方式 of the holder."""

    phone = forms.CharField(label=_("Phone"), max_length=40)
    name = forms.CharField(label=_("Contact person"), max_length=60, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=100,
        required=False,
        error_messages={"invalid": _("Write the e-mail address whole")},
    )
    may_message = forms.BooleanField(label=_("Consents to messages"), required=False)


class HouseholdForm(FromDateForm):
    """用水人口, with evidence and dates."""

    people = forms.IntegerField(label=_("People of the household"), min_value=1, max_value=99)
    from_date = forms.DateField(label=_("In effect from"))
    to_date = forms.DateField(
        label=_("Ends on"), required=False, help_text=_("The first day on which it counts no more; empty: no end.")
    )
    evidence = evidence_field()


class ReliefForm(FromDateForm):
    """优惠减免 of the account."""

    scheme = forms.ChoiceField(label=_("Scheme"))
    from_date = forms.DateField(label=_("In effect from"))
    to_date = forms.DateField(
        label=_("Expires on"),
        required=False,
        help_text=_("From this day on the normal price counts again. Empty: the scheme's usual term counts."),
    )
    evidence = evidence_field()

    def __init__(
        self, *args: Any, schemes: Sequence[tuple[str, str]], months: Mapping[str, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.months = months
        self.fields["scheme"].choices = [("", _("Please choose a scheme")), *schemes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        from_date, scheme = cleaned.get("from_date"), str(cleaned.get("scheme") or "")
        if from_date and scheme in self.months and not cleaned.get("to_date") and "to_date" not in self.errors:
            cleaned["to_date"] = end_after(from_date, self.months[scheme])
        return cleaned


class ReliefEndForm(OfficeForm):
    """Ending a relief before its expiry."""

    scheme = forms.ChoiceField(label=_("Scheme"))
    to_date = forms.DateField(label=_("Ends on"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, schemes: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = list(schemes)  # type: ignore[attr-defined]
        self.fields["to_date"].initial = timezone.localdate()


class HoldForm(FromDateForm):
    """锁定: what may not happen to the account."""

    activity = forms.ChoiceField(label=_("What is on hold"), choices=words.choices(words.HOLD_ACTIVITIES, blank=True))
    reason = forms.CharField(
        label=_("Reason of the hold"), max_length=32, help_text=_("The clerk at the counter sees it.")
    )
    from_date = forms.DateField(label=_("In effect from"))
    to_date = forms.DateField(label=_("Ends on"), required=False, help_text=_("Empty: until it is lifted."))


class LiftForm(OfficeForm):
    """解锁."""

    to_date = forms.DateField(label=_("Ends on"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_date"].initial = timezone.localdate()


class ParticularsForm(OfficeForm):
    """户档修改: what does not depend on time."""

    collection_kind = forms.ChoiceField(label=_("Collection"), choices=words.choices(words.COLLECTION_KINDS))
    user_type = forms.CharField(label=_("Kind of user"), max_length=32, required=False)
    note = forms.CharField(label=_("Remark"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    version_field = True
    wide = frozenset({"note"})


class DocumentForm(OfficeForm):
    """Why the whole number is needed; it goes on record."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class OpeningForm(FromDateForm):
    """立户: account, point and meter in one."""

    unit_code = forms.ChoiceField(label=_("Unit"))
    name = forms.CharField(label=_("Account name"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind of customer"), choices=words.choices(words.CUSTOMER_KINDS))
    customer_no = forms.CharField(
        label=_("Existing customer no."),
        max_length=32,
        required=False,
        help_text=_("For a customer who has an account already; then no name is needed."),
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    document_type = forms.ChoiceField(label=_("Identity document"), required=False, choices=document_types)
    document_no = forms.CharField(label=_("Document no."), max_length=40, required=False)
    tax_no = forms.CharField(label=_("Tax no."), max_length=20, required=False)
    region_code = forms.ChoiceField(label=_("Road or region"))
    community_code = forms.ChoiceField(label=_("Estate"), required=False)
    street_no = forms.CharField(label=_("Street no."), max_length=20, required=False)
    building = forms.CharField(label=_("Building"), max_length=20, required=False)
    entrance = forms.CharField(label=_("Entrance"), max_length=20, required=False)
    room = forms.CharField(label=_("Room"), max_length=20, required=False)
    account_no = forms.CharField(
        label=_("Account no."), max_length=32, required=False, help_text=_("Empty: the next number of the series.")
    )
    opened_date = forms.DateField(label=_("Opened on"))
    people = forms.IntegerField(
        label=_("People of the household"),
        min_value=1,
        max_value=99,
        required=False,
        help_text=_("Empty: the tariff's base counts."),
    )
    evidence = forms.CharField(label=_("Evidence"), max_length=200, required=False)
    book_no = forms.ChoiceField(label=_("Book"))
    class_code = forms.ChoiceField(label=_("Usage class"))
    location = forms.ChoiceField(label=_("Meter location"), required=False)
    meter_no = forms.CharField(label=_("Meter no."), max_length=32)
    model_code = forms.ChoiceField(
        label=_("Model"), required=False, help_text=_("For a meter that is not in stock yet.")
    )
    start_value = VolumeField(label=_("Start value"), initial=0)
    checked = forms.BooleanField(
        label=_("Checked against the accounts listed above: this is another one"), required=False
    )
    wide = frozenset({"checked"})
    sections = (
        (_("Customer"), ("name", "kind", "phone", "customer_no", "document_type", "document_no", "tax_no")),
        (_("Address of use"), ("region_code", "community_code", "street_no", "building", "entrance", "room")),
        (_("Account"), ("unit_code", "account_no", "opened_date", "people", "evidence")),
        (
            _("Point and meter"),
            ("book_no", "class_code", "location", "meter_no", "model_code", "start_value", "checked"),
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("customer_no") and not (cleaned.get("name") or "").strip():
            self.add_error("name", _("Enter the account name, or an existing customer no."))
        return cleaned
