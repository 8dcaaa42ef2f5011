"""Pure rules of numbering: how a number is written."""
