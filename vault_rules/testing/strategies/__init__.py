"""Hypothesis strategies for policies and books.

>>> from vault_rules.testing.strategies import policies
"""

from vault_rules.testing.strategies.features import Features
from vault_rules.testing.strategies.names import Names
from vault_rules.testing.strategies.policies import policies, policy_of, policy_texts

__all__ = ["Features", "Names", "policies", "policy_of", "policy_texts"]
