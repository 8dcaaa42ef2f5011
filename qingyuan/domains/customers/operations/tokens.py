"""Search tokens (检索词) as the file changes: an account's own, and those that upper domains keep here."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from qingyuan.domains.customers.models import Account, AccountAlias, AccountHolder, Contact, SearchToken
from qingyuan.domains.customers.operations.pinyin import readings_of
from qingyuan.domains.customers.rules.address import AddressParts
from qingyuan.domains.customers.rules.states import TokenKind
from qingyuan.domains.customers.rules.tokens import (
    Token,
    TokenFacts,
    account_tokens,
    limited,
    normalised,
    searched_name,
)
from qingyuan.platform.copying import copy_rows


def set_tokens(*, kind: TokenKind, tokens: Mapping[int, Sequence[str]]) -> None:
    """Replace the tokens of this kind of the accounts by these words, written as people write them.

    Called by upper domains inside their own operation, which checks permission and audits.
    """
    _replace({id_: [(kind, normalised(word)) for word in words] for id_, words in tokens.items()}, (kind,))


def refresh_tokens(account_ids: Iterable[int]) -> None:
    """Make the accounts' own tokens (all but meter numbers) anew from holder, contacts, old numbers and address."""
    ids = list(account_ids)
    own = tuple(kind for kind in TokenKind if kind is not TokenKind.METER_NO)
    _replace({id_: account_tokens(facts) for id_, facts in _facts(ids).items()}, own)


def _replace(tokens: Mapping[int, Sequence[Token]], kinds: Sequence[TokenKind]) -> None:
    with transaction.atomic():
        SearchToken.objects.filter(account_id__any=list(tokens), kind__in=[kind.value for kind in kinds]).delete()
        companies = dict(Account.objects.filter(id__any=list(tokens)).values_list("id", "company_id"))
        copy_rows(
            "search_token",
            ("company_id", "account_id", "kind", "token"),
            (
                (companies[account_id], account_id, kind.value, token)
                for account_id, given in tokens.items()
                for kind, token in limited(given)
            ),
        )


def _facts(account_ids: list[int]) -> dict[int, TokenFacts]:
    """The facts of each account as they stand now: its last holder's name and phones, its old numbers, its address."""
    holders = dict(
        AccountHolder.objects.filter(account_id__any=account_ids)
        .order_by("account_id", "from_date", "id")
        .values_list("account_id", "customer_id")
    )
    phones: dict[int, list[str]] = {}
    for customer_id, phone in (
        Contact.objects.filter(customer_id__any=set(holders.values()))
        .order_by("-is_primary", "id")
        .values_list("customer_id", "phone")
    ):
        phones.setdefault(customer_id, []).append(phone)
    old_nos: dict[int, list[str]] = {}
    for account_id, old_no in (
        AccountAlias.objects.filter(account_id__any=account_ids).order_by("id").values_list("account_id", "old_no")
    ):
        old_nos.setdefault(account_id, []).append(old_no)
    names = _holder_names(account_ids)
    return {
        account.pk: TokenFacts(
            account_no=account.account_no,
            name=names.get(account.pk, ""),
            readings=readings_of(searched_name(names.get(account.pk, ""))),
            old_nos=tuple(old_nos.get(account.pk, ())),
            phones=tuple(phones.get(holders.get(account.pk, 0), ())),
            address=_address(account),
        )
        for account in Account.objects.filter(id__any=account_ids).select_related(
            "premise__region", "premise__community"
        )
    }


def _holder_names(account_ids: list[int]) -> dict[int, str]:
    return dict(
        AccountHolder.objects.filter(account_id__any=account_ids)
        .order_by("account_id", "from_date", "id")
        .values_list("account_id", "customer__name")
    )


def _address(account: Account) -> AddressParts | None:
    premise = account.premise
    if premise is None:
        return None
    community = premise.community.name if premise.community else ""
    return AddressParts(
        (premise.region.name,), community, premise.street_no, premise.building, premise.entrance, premise.room
    )
