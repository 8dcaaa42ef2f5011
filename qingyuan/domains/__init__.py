"""The business, one Django app each, in a fixed order (业务域)."""
