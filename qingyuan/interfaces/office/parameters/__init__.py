"""Parameters (参数): what is in force where, since when, what comes next, and changing it from a date on."""
