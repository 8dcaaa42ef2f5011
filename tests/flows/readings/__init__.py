"""The reading pages through HTTP."""
