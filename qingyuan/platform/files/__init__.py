"""Attachments (附件): kept by content hash, linked to the rows they prove."""
