"""Pure rules of parameters: what a declared parameter accepts, and how its value is kept."""
