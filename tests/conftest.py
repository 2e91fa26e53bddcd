"""How the laws are run: `--hypothesis-profile=long` tries many more inputs; and the server that several folders use."""

from __future__ import annotations

from hypothesis import settings

from vault_rules.testing.postgres import postgres

__all__ = ["postgres"]

# the first example of a law pays for imports, and a busy machine is slow: a law is about truth, not about time
settings.register_profile("quick", deadline=None)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile("quick")
