"""Payments (收费): cash sessions, payments, receipts."""
