"""Open Water Rate Specification (OWRS, 开放水价规范) → tariff files of our own format; docs/rules/owrs.md tells the rules."""
