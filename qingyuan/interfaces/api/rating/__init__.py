"""Trial rating (试算) for programs."""
