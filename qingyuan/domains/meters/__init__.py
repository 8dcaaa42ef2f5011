"""Meters (水表): makers, models, meters, points and what holds for a point over time."""
