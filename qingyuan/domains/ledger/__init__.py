"""Ledger (账务): journals, receivables, clearings, prepayment, accounting periods."""
