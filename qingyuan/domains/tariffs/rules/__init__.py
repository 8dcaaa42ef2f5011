"""Pure rating (计费规则): tariff file, arithmetic, explanation. No Django, no clock, no settings, no I/O."""
