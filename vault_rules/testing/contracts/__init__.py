"""Contract kits: a class of tests for each protocol, to be subclassed with one fixture.

>>> from vault_rules.testing.contracts import TraderContract
"""

from vault_rules.testing.contracts.storage import FACILITIES, StorageContract
from vault_rules.testing.contracts.trader import OFFERS, TraderContract

__all__ = ["FACILITIES", "OFFERS", "StorageContract", "TraderContract"]
