"""Faces: they translate between people or machines and one call into the floors below, nothing more."""
