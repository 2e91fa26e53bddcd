"""Plans carried out, and the ledger of what was done. Nothing heavy is imported here."""
