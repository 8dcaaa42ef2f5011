"""The question and the answer of rating as programs see them: those of `qingyuan rate`, for the description."""

from __future__ import annotations

from typing import Any

from ninja import Field, Schema


class RateIn(Schema):
    """A question to rating (试算). Exactly one of `tariff`, `usage_class` and `tariff_files` names the prices.

    Volumes are text or plain numbers in the plan's unit with at most three places; dates are ISO. The other keys are
    those of a rating case: `pieces`, `shares`, `people_changes`, `options`, `tax`, `period`, `closed`,
    `corrected_volume`, `item_changes`.
    """

    tariff: str | None = None
    usage_class: str | None = None
    unit: str | None = None
    tariff_files: list[str] | None = None
    usage: str
    used_before: str | dict[str, str] = "0"
    people: int | None = None
    quota: str | None = None
    calibre: str | None = None
    months: int = 1
    carry: str = "0"
    relief: list[str] = []


class RatedLineOut(Schema):
    """A line of the bill. `tier` is null for a flat charge, `volume` and `price` for what has none."""

    item_code: str = Field(alias="item")
    name: str
    kind: str
    tier: int | None
    volume: str | None
    price: str | None
    amount: str
    net: str
    tax: str
    tax_rate: str | None
    counts: bool
    plan: str
    version: str


class RatedStepOut(Schema):
    """A step of the explanation; the `amount`s of the steps without children sum to `total`."""

    code: str
    label: str
    values: dict[str, Any]
    amount: str | None = None
    children: list[RatedStepOut] = []


class RateOut(Schema):
    """What the bill would come to: the object that `qingyuan rate --json` prints."""

    total: str
    lines: list[RatedLineOut]
    billed_volume: str
    tier_volumes: list[str]
    tier_use_after: str
    carry_after: str
    explanation: RatedStepOut
