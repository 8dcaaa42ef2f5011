"""Pure rules of the calendar: reading the file of a year."""
