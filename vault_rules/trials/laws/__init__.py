"""Laws judged: what an `always` says, held against plans, also against two between which one thing was changed."""

from vault_rules.trials.laws.judging import violations
from vault_rules.trials.laws.violation import Violation

__all__ = ["Violation", "violations"]
