"""Hypothesis strategies for policies, and for the books that a policy is asked with.

>>> from vault_rules.testing.strategies import books, policies
"""

from vault_rules.testing.strategies.books import books, drafts, offers, plans, requests
from vault_rules.testing.strategies.features import Features
from vault_rules.testing.strategies.names import Names
from vault_rules.testing.strategies.policies import policies, policy_texts

__all__ = ["Features", "Names", "books", "drafts", "offers", "plans", "policies", "policy_texts", "requests"]
