"""Whether this instance lives and can work, for proxies and monitors (健康检查)."""
