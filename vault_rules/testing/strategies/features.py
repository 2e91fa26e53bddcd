"""What a generated policy may have."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Features:
    """What a policy may have besides a header and waterfalls: each is there now and then or, where False, never."""

    tiers: bool = True
    rules: bool = True
    """`require` and `forbid`."""
    routes: bool = True
    premiums: bool = True
    caps: bool = True
    targets: bool = True
    """Targets, and advisory rules and caps: what is reported and decides nothing."""
    stores: bool = True
    exceptions: bool = True
    shows: bool = True
    """Further columns of the awards."""
