"""Pure rules of call limits."""
