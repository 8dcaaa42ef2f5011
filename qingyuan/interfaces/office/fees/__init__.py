"""Other fees (其它费用): their types, and charging one on an account."""
