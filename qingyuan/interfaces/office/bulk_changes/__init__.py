"""Bulk change of facts (批量变更): what, from when, for whom; a preview of every row; one confirmation."""
