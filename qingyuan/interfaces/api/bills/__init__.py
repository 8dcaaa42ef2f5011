"""Bills (帐单) for programs."""
