"""Dates and numbers of this language."""
