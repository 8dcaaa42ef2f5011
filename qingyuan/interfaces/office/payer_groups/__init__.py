"""Payer groups (合收户): accounts for which one customer pays."""
