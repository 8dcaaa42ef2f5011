"""Reads of simulations."""

from qingyuan.domains.simulations.queries.states import Starter, starter, under_way, unfinished

__all__ = ["Starter", "starter", "under_way", "unfinished"]
