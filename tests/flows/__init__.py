"""Business stories through HTTP, one per file."""
