"""The shipped sets of the dictionary: data only."""
