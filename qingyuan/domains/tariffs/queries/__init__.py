"""Reads of tariffs."""

from qingyuan.domains.tariffs.queries.charges import ChargeRow, charge_items

__all__ = ["ChargeRow", "charge_items"]
