"""Accounts (用户档案): the list, the opening form, the 360° page and the business forms that start from it."""
