"""A new plugin, written from templates."""
