"""How dates and numbers are written in each language: the same ISO dates in both, as the trade's papers have them."""
