"""The fast engine: the same plan as the reference, worked out in columns."""
