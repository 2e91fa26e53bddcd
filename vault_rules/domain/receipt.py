"""The receipt of a plan: what it was made of, so that anyone can tell whether another is the same plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

import attrs

from vault_rules.domain.canonical import canonical, sha256_of
from vault_rules.domain.plan import Plan

SCHEMA = "vault-rules/receipt/1"


@attrs.frozen(slots=False)
class Receipt:
    """Names and hashes of what a plan was made of.

    `adapters` and `functions` map the names of adapters and of plugins' functions to their versions; `program` is the
    version of this package.
    """

    policy: str
    version: str | None
    policy_sha256: str
    book_sha256: str
    as_of: date
    program: str
    parameters: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    adapters: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    functions: Mapping[str, str] = attrs.field(factory=dict, hash=False)

    @classmethod
    def of(
        cls, plan: Plan, *, adapters: Mapping[str, str] | None = None, functions: Mapping[str, str] | None = None
    ) -> Receipt:
        """The receipt of a plan that these adapters and functions had a part in."""
        from vault_rules import __version__

        return cls(
            policy=plan.policy,
            version=plan.version,
            policy_sha256=plan.policy_sha256,
            book_sha256=plan.book_sha256,
            as_of=plan.as_of,
            program=__version__,
            parameters=dict(plan.parameters),
            adapters=dict(adapters or {}),
            functions=dict(functions or {}),
        )

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Receipt:
        """The receipt that `fields` tells of."""
        return cls(
            policy=fields["policy"]["name"],
            version=fields["policy"]["version"],
            policy_sha256=fields["policy"]["sha256"],
            book_sha256=fields["book"]["sha256"],
            as_of=date.fromisoformat(fields["as_of"]),
            program=fields["program"],
            parameters=fields["parameters"],
            adapters=fields["adapters"],
            functions=fields["functions"],
        )

    @property
    def fields(self) -> dict[str, Any]:
        """As JSON has it; the policy, parameters, book and date as in the plan's JSON."""
        return {
            "schema": SCHEMA,
            "policy": {"name": self.policy, "version": self.version, "sha256": self.policy_sha256},
            "parameters": dict(self.parameters),
            "book": {"sha256": self.book_sha256},
            "as_of": self.as_of.isoformat(),
            "adapters": dict(self.adapters),
            "functions": dict(self.functions),
            "program": self.program,
        }

    def to_json(self) -> str:
        """The canonical text: what `sha256` is over."""
        return canonical(self.fields)

    @cached_property
    def sha256(self) -> str:
        return sha256_of(self.to_json())
