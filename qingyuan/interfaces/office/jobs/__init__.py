"""Background jobs (后台任务): what runs, how far it is, what failed and why."""
