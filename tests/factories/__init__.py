"""Plain typed functions that make what a test needs, through the operations."""
