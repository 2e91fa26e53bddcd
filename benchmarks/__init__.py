"""How quick the engine is, beside peers and beside the same rules written by hand: `python -m benchmarks`."""
