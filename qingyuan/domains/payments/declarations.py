"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""
