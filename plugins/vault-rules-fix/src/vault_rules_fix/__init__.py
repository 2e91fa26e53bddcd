"""Traders that are asked over FIX 4.4, for vault-rules; and a reference counterparty that serves an order book."""

__version__ = "0.1.0"
