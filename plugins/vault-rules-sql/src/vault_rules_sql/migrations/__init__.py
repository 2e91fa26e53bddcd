"""The schema of the plugin's own tables, version by version, run by `vault-rules-sql upgrade`."""
