"""Pure rules of staff: passwords, lockout, the separation of the three admins."""
