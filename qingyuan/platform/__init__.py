"""Small apps that know no business: organisation, staff, audit, parameters, numbering, calendar, files, jobs, locking."""
