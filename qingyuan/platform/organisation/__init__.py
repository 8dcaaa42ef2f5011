"""Organisation (组织机构): the tree of units, the companies among them with their profile and bank accounts."""
