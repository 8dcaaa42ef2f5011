"""The locking door (锁): rows are locked by rank and sorted id, and nowhere else."""
