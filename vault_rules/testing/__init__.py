"""What who writes a plugin tests it with. Needs pytest and Hypothesis: `pip install 'vault-rules[test]'`."""

import pytest

pytest.register_assert_rewrite("vault_rules.testing.contracts")  # so that a failing contract shows what was compared
