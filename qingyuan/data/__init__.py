"""Data that ships with the package: example price tables (示例价目)."""
