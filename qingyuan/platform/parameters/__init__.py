"""Parameters (参数): typed, per unit, dated, from one register."""
