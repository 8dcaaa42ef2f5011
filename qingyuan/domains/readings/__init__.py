"""Readings (抄表): periods, tasks, readings, review and the consumption that follows."""
