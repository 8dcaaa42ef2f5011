"""Meters and points (水表、用水点): the list of meters, a meter's page, and the forms of a point."""
