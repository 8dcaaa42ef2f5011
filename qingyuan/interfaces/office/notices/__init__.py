"""Notices to customers (通知): what waits and what came of it, batches and their files, texts, an account's own choices."""
