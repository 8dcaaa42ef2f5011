"""The business, one Django app per domain; the order in which they may know each other is in docs/where-things-go.md."""
