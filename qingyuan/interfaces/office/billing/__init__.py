"""Billing runs (开账): starting, watching, checking, issuing them; and correction proposals (退补)."""
