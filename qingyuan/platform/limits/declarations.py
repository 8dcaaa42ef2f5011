"""What this app declares to platform: nothing. The limits are settings of the installation. Data only."""
