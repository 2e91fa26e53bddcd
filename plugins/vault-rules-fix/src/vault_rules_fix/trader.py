"""The adapter `fix` of traders: what vault-rules asks, as conversations over one FIX session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import ParamSpec

from vault_rules.adapters.messages import (
    Award,
    Confirmation,
    Query,
    Refusal,
    Release,
    Reservation,
    Row,
    State,
    Status,
    Why,
)  # fmt: skip
from vault_rules.adapters.registration import Setup
from vault_rules.errors import BadAnswer, TimedOut, Unavailable
from vault_rules_fix import orders
from vault_rules_fix.config import FixConfig
from vault_rules_fix.fills import Fills
from vault_rules_fix.inbox import Conversation, LineLostError
from vault_rules_fix.line import Line
from vault_rules_fix.quotes import quote_request, quotes
from vault_rules_fix.said import Said
from vault_rules_fix.tags import (
    CL_ORD_ID,
    CXL_REJECT_REASON,
    ORD_REJECT_REASON,
    ORD_STATUS,
    POSS_DUP,
    PRICE,
    STATUS_REQ_ID,
    TEXT,
    CancelReject,
    Kind,
    Ord,
    Reject,
)  # fmt: skip

P = ParamSpec("P")
_NO_HOLD = {State.RELEASED: Why.RELEASED, State.LAPSED: Why.LAPSED}


class FixTrader:
    """A trader who answers requests for quote and takes orders over FIX 4.4."""

    def __init__(self, config: FixConfig, setup: Setup) -> None:
        self._config = config
        self._line = Line(config, setup)

    def health(self) -> str:
        self._line.ready(self._line.ends())
        return f"FIX 4.4 with {self._config.target} at {self._config.place}, as {self._line.sender}"

    def close(self) -> None:
        self._line.close()

    # ---- asking ------------------------------------------------------------------------------------------------------

    def offers(self, query: Query) -> list[Row]:
        """Every offer of these minerals; what is not whole is no answer."""
        ends, name = self._line.ends(), token_hex(8)
        asked = {f"{name}-{at}": mineral for at, mineral in enumerate(query.minerals)}
        if not asked:
            return []
        with self._line.inbox.listen(*asked) as answers:
            for id, mineral in asked.items():
                self._line.send(_sayable(quote_request, id, mineral), ends)
            return quotes(answers, asked, ends)

    def status(self, key: str) -> Status:
        return orders.status(self._report(key, self._line.ends()), key)

    def _report(self, key: str, ends: float) -> Said:
        """What the counterparty reports of an order when it is asked: again, where the line was lost meanwhile."""
        while True:
            asking = _sayable(orders.what_of, key, self._config.account)
            with self._asked(asking, asking.need(STATUS_REQ_ID), ends) as answers:
                try:
                    return answers.next(ends)
                except LineLostError:
                    continue

    def _outcome(self, key: str, ends: float) -> Said:
        """The same after something was sent: where nobody can be asked, it is not known what became of it."""
        try:
            return self._report(key, ends)
        except Unavailable as why:
            raise TimedOut(f"what became of it is not known: {why}") from None

    @contextmanager
    def _asked(self, said: Said, id: str, ends: float) -> Iterator[Conversation]:
        """A message sent, and the conversation about it."""
        with self._line.inbox.listen(id) as answers:
            self._line.send(said, ends)
            yield answers

    # ---- holding -----------------------------------------------------------------------------------------------------

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        ends = self._line.ends()
        try:
            order = orders.hold_order(award, key, self._config.account)
        except ValueError as why:
            return Refusal(key, Why.OTHER, str(why))
        with self._asked(order, key, ends) as answers:
            try:
                report = answers.next(ends)
                while report.kind != Kind.REPORT or report.need(ORD_STATUS) == Ord.PENDING_NEW:
                    report = answers.next(ends)
            except LineLostError:
                return self._known(award, key, ends)
        if report.get(ORD_REJECT_REASON) == Reject.DUPLICATE or report.get(POSS_DUP) == "Y":
            return self._known(award, key, ends)
        return _held(report, award, key)

    def _known(self, award: Award, key: str, ends: float) -> Reservation | Refusal:
        """What the counterparty knows under this key."""
        report = self._outcome(key, ends)
        known = orders.status(report, key)
        if known.state is State.RELEASED:
            return Refusal(key, Why.RELEASED)
        if known.state in (State.UNKNOWN, State.PENDING):
            raise TimedOut(f"the order was sent, and is {known.state.value} there")
        if not orders.same_terms(report, award):
            return Refusal(key, Why.REUSED, "this key was used for something else")
        if known.state is State.CONFIRMED:
            return Reservation(key, award.quantity, number=known.number)
        return _held(report, award, key)

    def confirm(self, key: str) -> Confirmation | Refusal:
        ends = self._line.ends()
        report = self._report(key, ends)
        known = orders.status(report, key)
        if known.state is not State.HELD or known.quantity is None:
            return _confirmed(known)
        fills = Fills(known.quantity, report.number(PRICE))
        order = _sayable(orders.let_go, report, key, self._config.account)
        with self._asked(order, order.need(CL_ORD_ID), ends) as answers:
            try:
                report = answers.next(ends)
                while report.kind == Kind.REPORT and not fills.take(report):
                    report = answers.next(ends)
            except LineLostError:
                return _confirmed(orders.status(self._outcome(key, ends), key))
        if report.kind == Kind.CANCEL_REJECT:  # somebody was quicker, or it will not be let go
            known = orders.status(self._outcome(key, ends), key)
            refused = Refusal(key, Why.OTHER, report.get(TEXT) or "the order is not let go")
            return refused if known.state is State.HELD else _confirmed(known)
        return fills.confirmation(report, key) or Refusal(key, Why.RELEASED, report.get(TEXT) or "nothing was filled")

    def release(self, key: str) -> Release | Refusal:
        ends = self._line.ends()
        asking = _sayable(orders.give_up, key, self._config.account)
        with self._asked(asking, asking.need(CL_ORD_ID), ends) as answers:
            try:
                report = answers.next(ends)
                while report.kind == Kind.REPORT and orders.is_pending(report):
                    report = answers.next(ends)
            except LineLostError:
                return _given_up(orders.status(self._outcome(key, ends), key), lost=True)
        if report.kind == Kind.CANCEL_REJECT:
            return _not_cancelled(report, key)
        return _given_up(orders.status(report, key))


def _held(report: Said, award: Award, key: str) -> Reservation | Refusal:
    """What a report says of an order that was to be held. Raises `BadAnswer` where it was filled, or is worked on."""
    said = report.need(ORD_STATUS)
    if said == Ord.REJECTED:
        return orders.refusal(report, key)
    if said in (Ord.CANCELED, Ord.EXPIRED):
        return Refusal(key, Why.RELEASED if said == Ord.CANCELED else Why.LAPSED)
    if said != Ord.SUSPENDED or orders.status(report, key).state is not State.HELD:
        raise BadAnswer(f"the order was to be held, and is not: its OrdStatus is `{said[:10]}`")
    return orders.held(report, award, key)


def _confirmed(known: Status) -> Confirmation | Refusal:
    """What is bought already, or why nothing can be."""
    if known.state in (State.HELD, State.PENDING):
        raise TimedOut(f"the order is {known.state.value} there, and not decided")
    if known.state is State.CONFIRMED and known.quantity is not None:
        return Confirmation(known.key, known.quantity, known.price, known.number)
    return Refusal(known.key, _NO_HOLD.get(known.state, Why.UNKNOWN))


def _given_up(known: Status, *, lost: bool = False) -> Release | Refusal:
    """What an order is after it was cancelled; `lost`: where the cancel may not have come there."""
    if known.state is State.CONFIRMED:
        return Refusal(known.key, Why.CONFIRMED, "it is bought already, or part of it")
    if known.state in (State.RELEASED, State.LAPSED) or (lost and known.state is State.REFUSED):
        return Release(known.key)
    if lost:
        raise TimedOut(f"the cancel was sent, and the order is {known.state.value} there")
    raise BadAnswer(f"the order was to be cancelled, and is {known.state.value}")


def _not_cancelled(reject: Said, key: str) -> Release | Refusal:
    """Why an order is not cancelled; one that holds nothing any more counts as given back."""
    said, text = reject.need(ORD_STATUS), reject.get(TEXT) or ""
    if reject.get(CXL_REJECT_REASON) == CancelReject.UNKNOWN_ORDER:
        return Refusal(key, Why.UNKNOWN, text)
    if said in (Ord.REJECTED, Ord.EXPIRED, Ord.CANCELED):
        return Release(key)
    if said in (Ord.FILLED, Ord.PARTIAL):
        return Refusal(key, Why.CONFIRMED, text or "it is bought already")
    return Refusal(key, Why.OTHER, text)


def _sayable(make: Callable[P, Said], *args: P.args, **more: P.kwargs) -> Said:
    """The message. Raises `BadAnswer` where it would hold what FIX cannot say."""
    try:
        return make(*args, **more)
    except ValueError as why:
        raise BadAnswer(str(why)) from None
