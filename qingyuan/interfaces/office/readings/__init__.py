"""Meter reading at the office (抄表): tasks and progress, grid entry, review, one item in full, imports, conditions."""
