"""Price-reform simulations (调价测算): past months' real consumption rated by another version; owns simulations and their results."""
