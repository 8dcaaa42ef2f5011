"""Tariffs (价格): charge items, usage classes, price plans by date, assignments, and the pure rating under `rules`."""
