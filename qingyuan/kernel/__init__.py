"""Pure values that every floor may use: money, volume, periods, rounding, errors, actors. No Django, no clock, no I/O."""
