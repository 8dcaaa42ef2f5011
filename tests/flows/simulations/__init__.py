"""Simulations through the browser."""
