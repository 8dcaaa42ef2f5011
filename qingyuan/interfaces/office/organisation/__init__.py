"""The organisation (组织机构): the tree of units, one unit, and what changes it."""
