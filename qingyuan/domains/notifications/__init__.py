"""Notices to customers (通知): texts, the outbox, batches for those who send, and what came of each; owns all of these.

It knows no business: who is told what about which bill comes in finished from a workflow, so that arrears reminders and
receipts need a kind, a text and a workflow of their own, and nothing else.
"""
