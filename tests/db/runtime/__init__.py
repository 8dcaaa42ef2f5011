"""The ground that the other database tests stand on."""
