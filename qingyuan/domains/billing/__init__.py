"""Billing (计费): runs, bills, tier groups and entries, corrections."""
