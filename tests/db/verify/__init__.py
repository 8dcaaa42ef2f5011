"""Every detector is shown to detect."""
