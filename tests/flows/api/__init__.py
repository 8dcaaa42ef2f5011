"""Stories told through the interface for programs."""
