"""Pure rules of files: what a file really is, by its first bytes."""
