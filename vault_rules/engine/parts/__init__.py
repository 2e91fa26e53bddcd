"""The fast engine for books of which not all offers fit into memory: one mineral's market after the other."""
