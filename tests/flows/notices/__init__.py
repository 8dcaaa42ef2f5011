"""Notices through the browser's door."""
