"""How the ledger's tables came to be: one module a version of the schema, run by Alembic."""
