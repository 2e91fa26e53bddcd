"""What tests need, the package's own and those of plugins."""
