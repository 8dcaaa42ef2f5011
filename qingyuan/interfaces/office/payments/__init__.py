"""Payments (收款记录): the list, a payment's page, its receipt, its void; shifts that were closed."""
