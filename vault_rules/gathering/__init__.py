"""A book from those who are named in `vault.toml`: asked at once, each for what is routed to it and nothing else."""

from vault_rules.gathering.gather import gather
from vault_rules.gathering.gathered import Gathered
from vault_rules.gathering.requests import read_requests

__all__ = ["Gathered", "gather", "read_requests"]
