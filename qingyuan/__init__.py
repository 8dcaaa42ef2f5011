"""清源 (Qingyuan): an open water revenue system for utilities of every size."""

__version__ = "0.1.0"
