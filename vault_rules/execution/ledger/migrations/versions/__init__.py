"""The versions of the schema, oldest first by name. What is published is never changed."""
