"""Staff (员工): people, roles, permissions and the units and books they reach; sign-in."""
