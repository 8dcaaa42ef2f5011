"""Use cases that write across domains, one verb per file (跨域业务流程)."""
