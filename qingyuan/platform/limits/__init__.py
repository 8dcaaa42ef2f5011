"""How often somebody may call (调用限额): counted in the database, so that all web processes count together."""
