"""Start-up: settings, addresses, WSGI, the embedded PostgreSQL and the supervisor. Imports nothing else of ours."""
