"""Audit (审计): append-only entries of every write, sealed in a hash chain."""
