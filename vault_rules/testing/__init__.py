"""What tests need, the package's own and those of plugins. Needs pytest and Hypothesis: `vault-rules[test]`."""

import pytest

pytest.register_assert_rewrite("vault_rules.testing.contracts")  # so that a failing contract shows what was compared
