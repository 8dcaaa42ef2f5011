"""The embedded PostgreSQL, the supervisor, the settings and the wheel: what the two commands stand on."""
