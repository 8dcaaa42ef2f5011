"""The invariants of the whole (核对): one file each, set-wise, at any time; `qingyuan verify` runs them all."""
