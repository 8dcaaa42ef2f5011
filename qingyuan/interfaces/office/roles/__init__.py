"""Roles (角色): what each may do, who holds it, and who may do a certain thing."""
