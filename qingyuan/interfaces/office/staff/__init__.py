"""Staff (员工): people, their roles over time, and what they may do."""
