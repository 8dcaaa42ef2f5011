"""Customers (用户档案): customers, premises, accounts and what holds for them over time."""
