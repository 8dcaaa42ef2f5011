"""Tariffs (价格): charge items, usage classes, price plans and the pure rating. Knows nobody."""
