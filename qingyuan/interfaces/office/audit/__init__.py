"""The audit trail (审计): who did what, before and after, and whether the chain is whole."""
