"""Pure rules of audit: what changed, and the hash of a chain's link."""
