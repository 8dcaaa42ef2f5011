"""Search tokens (检索词): what the search box looks in."""

from django.db import models

from qingyuan.domains.customers.rules.states import TokenKind
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyPart


class SearchToken(CompanyPart):
    """A prefix-searchable word under which the account is found. Byte order (C.UTF-8), so a plain btree serves LIKE 'x%'.

    A dozen rows per account, all derived from it: no row-level foreign keys, since accounts are never deleted and every
    writer takes account and company from the account's own row; no index of the company, none of the account beside the
    unique one.
    """

    account = models.ForeignKey(
        "customers.Account", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="tokens"
    )
    kind = CodeField(choices=choices_of(TokenKind))
    token = models.CharField(max_length=80)

    class Meta:
        db_table = "search_token"
        indexes = [
            models.Index(
                fields=["token", "kind", "account"],
                name="search_token_prefix",
                opclasses=["varchar_pattern_ops", "varchar_ops", "int8_ops"],
            )
        ]
        constraints = [
            one_of("kind", TokenKind, "search_token_kind"),
            models.UniqueConstraint(fields=["account", "kind", "token"], name="search_token_once"),
        ]

    def __str__(self) -> str:
        return self.token
