from qingyuan.domains.customers.models.account import (
    Account,
    AccountAlias,
    AccountHold,
    AccountHolder,
    AccountRelief,
    AccountTax,
    HouseholdSize,
)
from qingyuan.domains.customers.models.classification import (
    AccountClassification,
    ClassificationScheme,
    ClassificationValue,
)
from qingyuan.domains.customers.models.customer import Contact, Customer
from qingyuan.domains.customers.models.notices import AccountNotices
from qingyuan.domains.customers.models.payer_group import PayerGroup, PayerGroupMember
from qingyuan.domains.customers.models.premise import Community, Premise, Region
from qingyuan.domains.customers.models.relief_scheme import ReliefScheme
from qingyuan.domains.customers.models.search import SearchToken

__all__ = [
    "Account",
    "AccountAlias",
    "AccountClassification",
    "AccountHold",
    "AccountHolder",
    "AccountNotices",
    "AccountRelief",
    "AccountTax",
    "ClassificationScheme",
    "ClassificationValue",
    "Community",
    "Contact",
    "Customer",
    "HouseholdSize",
    "PayerGroup",
    "PayerGroupMember",
    "Premise",
    "Region",
    "ReliefScheme",
    "SearchToken",
]
