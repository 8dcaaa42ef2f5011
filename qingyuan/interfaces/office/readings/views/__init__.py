"""The pages of the reading area, one module for each."""
