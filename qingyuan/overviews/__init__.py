"""Reads across domains, one file per page or search; never writes (跨域查询)."""
