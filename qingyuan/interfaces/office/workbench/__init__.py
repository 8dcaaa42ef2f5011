"""The start page (工作台) at /: what waits for this person, today's figures, running jobs, first steps."""
