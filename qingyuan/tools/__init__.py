"""Demo utility and benchmarks: they play a company through workflows and operations (演示与压测)."""
