"""`python -m vault_rules` is `vault-rules`."""

from vault_rules.cli.main import main

if __name__ == "__main__":
    main()
