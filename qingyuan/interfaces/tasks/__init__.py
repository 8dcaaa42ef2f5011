"""Background task functions: load ids, make one call. Each module here is imported by the worker."""
