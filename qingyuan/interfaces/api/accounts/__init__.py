"""Accounts (用户) for programs."""
