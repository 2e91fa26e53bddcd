"""`python -m vault_rules_rest`."""

from vault_rules_rest.cli import main

if __name__ == "__main__":
    main(prog_name="vault-rules-rest")
