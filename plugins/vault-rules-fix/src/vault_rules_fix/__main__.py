"""`python -m vault_rules_fix`, as `vault-rules-fix`."""

from vault_rules_fix.cli import main

if __name__ == "__main__":
    main()
