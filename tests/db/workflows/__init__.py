"""Use cases across domains on real PostgreSQL."""
