"""Number series (编号规则): per unit and kind, gapless where the law needs it."""
