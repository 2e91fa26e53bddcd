"""The reference server: an order book and a warehouse in files, over the protocol. Needs the extra `server`."""
