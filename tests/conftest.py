"""How the laws are run: `--hypothesis-profile=long` tries many more inputs; the server that several folders use; and
what is done once all tests are found.
"""

from __future__ import annotations

import gc

from hypothesis import settings

from vault_rules.testing.postgres import postgres

__all__ = ["postgres"]

# the first example of a law pays for imports, and a busy machine is slow: a law is about truth, not about time
settings.register_profile("quick", deadline=None, max_examples=50)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile("quick")


def pytest_collection_finish() -> None:
    """What is there now stays to the end: it need not be looked through again whenever garbage is collected."""
    gc.collect()
    gc.freeze()
