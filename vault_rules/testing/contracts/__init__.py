"""Contract kits: a class of tests for each protocol, to be subclassed with one fixture.

>>> from vault_rules.testing.contracts import TraderContract
"""

import pytest

# so that a failing contract shows what was compared
pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in ("holding", "machine", "storage", "trader")))

from vault_rules.testing.contracts.storage import FACILITIES, StorageContract  # noqa: E402
from vault_rules.testing.contracts.trader import OFFERS, TraderContract  # noqa: E402

__all__ = ["FACILITIES", "OFFERS", "StorageContract", "TraderContract"]
