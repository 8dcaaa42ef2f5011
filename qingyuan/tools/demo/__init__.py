"""The demo utility (演示水司): a small city, the same for the same arguments, built through the operations."""
