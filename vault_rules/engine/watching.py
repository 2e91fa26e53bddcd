"""What happens to one offer in the walks, recorded while it happens: explanations are made of it."""

from __future__ import annotations

import attrs

from vault_rules.domain.plan import Reason
from vault_rules.domain.rows import Offer, Request
from vault_rules.engine.world import View
from vault_rules.source.text import Span


@attrs.frozen
class Event:
    """A reason, or a clause that held. `name` is the step's label or number; empty outside of steps."""

    name: str
    verdict: str
    reason: Reason | None
    span: Span
    actual: str | None = None
    limit: str | None = None
    exceptions: frozenset[str] = frozenset()


@attrs.frozen
class Moment:
    """Where in a walk something happens: a step (or none) and the clause that decides, for an offer and a request."""

    offer: Offer
    request: Request
    step: str
    span: Span
    view: View | None = None


@attrs.define
class Watch:
    """Keeps the events of one offer (and one request); without an offer it keeps none."""

    offer: str | None = None
    request: str | None = None
    events: list[Event] = attrs.field(factory=list)

    def sees(self, offer: Offer, request: Request) -> bool:
        return offer.offer == self.offer and request.request == self.request

    def reasons(self, at: Moment, reasons: list[Reason]) -> None:
        """Why the offer was passed over, or cut short."""
        if self.sees(at.offer, at.request):
            self.events += [Event(at.step, "fails", one, at.span, exceptions=_used(at)) for one in reasons]

    def holds(self, at: Moment, verdict: str, actual: str, limit: str) -> None:
        """A clause that held, or an award."""
        if self.sees(at.offer, at.request):
            self.events.append(Event(at.step, verdict, None, at.span, actual, limit, _used(at)))


def _used(at: Moment) -> frozenset[str]:
    return frozenset() if at.view is None else frozenset(at.view.used)
