"""Instalment agreements (分次收费协议): asked for on an account, decided by another person, seen and ended."""
