"""Traders and warehouses over HTTP. The protocol is written down in `openapi.json`, which lies beside this file."""

__version__ = "0.1.0"
