"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, NumberKind, Parameter, ParameterType, Permission

VIEW = "customers.view"
SEARCH = "customers.search"
OPEN = "customers.open"
CHANGE = "customers.change"
HOLD = "customers.hold"
CLOSE = "customers.close"
SEE_DOCUMENT = "customers.see_document"
MANAGE_PLACES = "customers.manage_places"

PERMISSIONS = (
    Permission(VIEW, "See customers and accounts"),
    Permission(SEARCH, "Find accounts by the search box"),
    Permission(OPEN, "Open accounts"),
    Permission(CHANGE, "Change customers and accounts"),
    Permission(HOLD, "Place and lift holds"),
    Permission(CLOSE, "Suspend, resume and close accounts"),
    Permission(SEE_DOCUMENT, "See identity documents in full"),
    Permission(MANAGE_PLACES, "Keep regions, estates and classifications"),
)

BACKDATE_DAYS = "customers.backdate_days"

PARAMETERS = (
    Parameter(
        BACKDATE_DAYS,
        ParameterType.INTEGER,
        366,
        "Furthest back-dating of a change, days",
        "A change of holder, household size, relief, usage shares, options, quotas, books or accounts of points may be"
        " dated at most so many days before the business date.",
        minimum=Decimal(0),
        maximum=Decimal(3660),
    ),
)

ACCOUNT_NUMBERS = "customers.account_no"
CUSTOMER_NUMBERS = "customers.customer_no"

NUMBER_KINDS = (
    NumberKind(ACCOUNT_NUMBERS, "Account number", width=8),
    NumberKind(CUSTOMER_NUMBERS, "Customer number", prefix="C", width=8),
)

AUDIT_ACTIONS = (
    AuditAction("customers.open_accounts", "Accounts opened"),
    AuditAction("customers.activate", "Pre-opened account made active"),
    AuditAction("customers.change_holder", "Holder changed"),
    AuditAction("customers.set_household_size", "Household size changed"),
    AuditAction("customers.set_relief", "Relief granted"),
    AuditAction("customers.end_relief", "Relief ended"),
    AuditAction("customers.create_relief_scheme", "Relief scheme created"),
    AuditAction("customers.change_relief_scheme", "Relief scheme changed"),
    AuditAction("customers.set_tax", "Tax rate of account changed"),
    AuditAction("customers.end_tax", "Tax rate of account ended"),
    AuditAction("customers.bulk_tax", "Tax rates of accounts changed in bulk"),
    AuditAction("customers.bulk_people", "Household sizes changed in bulk"),
    AuditAction("customers.bulk_relief", "Reliefs granted in bulk"),
    AuditAction("customers.add_alias", "Old number added"),
    AuditAction("customers.classify", "Account classified"),
    AuditAction("customers.set_tier_anchor", "Tier cycle start changed"),
    AuditAction("customers.update_account", "Account changed"),
    AuditAction("customers.place_hold", "Hold placed"),
    AuditAction("customers.lift_hold", "Hold lifted"),
    AuditAction("customers.suspend", "Account suspended"),
    AuditAction("customers.resume", "Account resumed"),
    AuditAction("customers.start_closing", "Closing of account started"),
    AuditAction("customers.close_account", "Account closed"),
    AuditAction("customers.update_customer", "Customer changed"),
    AuditAction("customers.set_contact", "Contact changed"),
    AuditAction("customers.set_notices", "How an account is told changed"),
    AuditAction("customers.reveal_document", "Identity document seen"),
    AuditAction("customers.create_region", "Region created"),
    AuditAction("customers.create_community", "Estate created"),
    AuditAction("customers.create_scheme", "Classification created"),
    AuditAction("customers.create_payer_group", "Payer group created"),
    AuditAction("customers.change_payer_group", "Payer group changed"),
    AuditAction("customers.add_group_members", "Accounts added to a payer group"),
    AuditAction("customers.remove_group_member", "Account taken out of a payer group"),
)
