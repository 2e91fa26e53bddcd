"""Asking everybody at once, and making one book of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import closing
from datetime import date
from functools import partial
from threading import Thread
from typing import Any

from vault_rules.adapters.calling import ask
from vault_rules.adapters.config import Config, Counterparty
from vault_rules.adapters.messages import Query, Row
from vault_rules.adapters.rows import read_rows, sheet_of
from vault_rules.api import Policy, eyes_of
from vault_rules.domain.book import Book
from vault_rules.domain.plan import Missing
from vault_rules.domain.rows import BoundBook
from vault_rules.domain.sheet import Sheet
from vault_rules.errors import AdapterError, BookError
from vault_rules.gathering.answers import Answers, checked_offers, prefixed
from vault_rules.gathering.gathered import Gathered, naming
from vault_rules.gathering.requests import wanted

Tables = Mapping[str, list[Row]]
Tell = Callable[[tuple[str, ...]], None]
"""Told who is waited for, each time that changes."""


def gather(
    policy: Policy,
    config: Config,
    requests: Sheet,
    as_of: date,
    *,
    awards: Sheet | None = None,
    allow_missing: bool = False,
    tell: Tell = lambda waiting: None,
) -> Gathered:
    """A book of what the counterparties of a configuration offer for some requests; `awards` are prior awards.

    All are asked at once; only where an exception makes a route depend on stock, demand or benchmarks are traders asked
    after those. Raises `BookError` where cells are bad, `AdapterError` where somebody does not answer, unless
    `allow_missing`: the book then says who is missing.
    """
    prior = {} if awards is None else {"awards": awards}
    return _Gathering(policy, config, requests, prior, as_of, tell).run(allow_missing)


class _Gathering:
    def __init__(
        self, policy: Policy, config: Config, requests: Sheet, prior: Mapping[str, Sheet], as_of: date, tell: Tell
    ) -> None:
        self.policy, self.config, self.requests, self.prior = policy, config, requests, prior
        self.as_of, self.tell = as_of, tell
        self.eyes = eyes_of(policy, as_of)
        self.answers = Answers()
        self.waiting: dict[str, None] = {}
        self.asked: dict[str, tuple[str, ...]] = {}

    def run(self, allow_missing: bool) -> Gathered:
        from vault_rules.engine.routes import depend_on_context

        bound = wanted(self.requests, self.prior, self.eyes)
        minerals = sorted({one.mineral for one in bound.requests})
        day = self.policy.program.on(self.as_of)
        first = self._ask_others(minerals)
        if depend_on_context(day):
            self._take(first)
            first = {}
            bound = self._in_context()
        self._take(first | self._ask_traders(self._routed(day, bound, minerals)))
        self.answers.stop_if_bad(allow_missing)
        return self._gathered()

    # ---- asking ------------------------------------------------------------------------------------------------------

    def _ask_others(self, minerals: list[str]) -> dict[Future[Tables], Counterparty]:
        """Storages and sources of reference prices."""
        query = Query(tuple(minerals))
        storages, references = self.config.storages.values(), self.config.references.values()
        jobs = {self._ask(one, partial(_stored, one, query)): one for one in storages}
        return jobs | {self._ask(one, partial(_prices, one, query)): one for one in references}

    def _routed(self, day: Any, bound: Any, minerals: list[str]) -> dict[str, tuple[str, ...]]:
        """The minerals that each trader is asked for; who has none is not asked."""
        from vault_rules.engine.routes import may_sell

        sellers = {mineral: may_sell(day, bound, mineral) for mineral in minerals}
        found = {}
        for name in self.config.traders:
            mine = tuple(mineral for mineral, who in sellers.items() if who is None or name in who)
            if mine:
                found[name] = mine
        return found

    def _ask_traders(self, routed: Mapping[str, tuple[str, ...]]) -> dict[Future[Tables], Counterparty]:
        self.asked = dict(routed)
        jobs = {}
        for name, minerals in routed.items():
            trader = self.config.traders[name]
            jobs[self._ask(trader, partial(_offered, trader, Query(minerals)))] = trader
        return jobs

    def _ask(self, one: Counterparty, call: Callable[[], Tables]) -> Future[Tables]:
        self.waiting[str(one)] = None
        self.tell(tuple(self.waiting))
        return _started(partial(ask, one, call))

    def _take(self, jobs: Mapping[Future[Tables], Counterparty]) -> None:
        """The answers, in the order of the configuration whoever is quickest."""
        for job in jobs:
            job.add_done_callback(partial(self._came, str(jobs[job])))
        for job, one in jobs.items():
            try:
                self.answers.add(one, prefixed(one, checked_offers(one, self.asked, job.result())))
            except BookError as why:
                self.answers.bad_cells(one, why)
            except AdapterError as why:
                self.answers.missing.append(Missing(one.kind, one.name, _why(one, why)))

    def _came(self, who: str, job: Future[Tables]) -> None:
        self.waiting.pop(who, None)
        self.tell(tuple(self.waiting))

    # ---- one book ----------------------------------------------------------------------------------------------------

    def _in_context(self) -> BoundBook:
        """The requests again, with what exceptions to routes may read."""
        self.answers.stop_if_bad(allow_missing=True)
        with naming(self.answers.origins):
            return wanted(self.requests, {**self.prior, **self.answers.sheets()}, self.eyes)

    def _gathered(self) -> Gathered:
        sheets = {"offers": sheet_of([], "offers", "offers"), **self.answers.sheets(), "requests": self.requests}
        sheets |= self.prior
        book = Book(sheets)
        missing = tuple(sorted(self.answers.missing, key=lambda one: (one.kind, one.name)))
        book.missing = missing
        prefixes = {str(one): one.prefix for one in self.config.counterparties if one.prefix}
        return Gathered(
            book, self.as_of, sheets, self.answers.origins, missing, self.answers.storages, self.asked, prefixes
        )  # fmt: skip


def _started(call: Callable[[], Tables]) -> Future[Tables]:
    """The call in a thread that does not keep the program from ending."""
    job: Future[Tables] = Future()

    def run() -> None:
        try:
            job.set_result(call())
        except BaseException as why:
            job.set_exception(why)

    Thread(target=run, daemon=True).start()
    return job


def _why(one: Counterparty, why: AdapterError) -> str:
    return str(why).removeprefix(f"{one}: ").removeprefix(f"{one} ")


def _read(one: Counterparty, rows: Iterable[Row]) -> list[Row]:
    return read_rows(rows, str(one), float(one.patience.timeout))


def _offered(one: Counterparty, query: Query) -> Tables:
    with closing(one.open()) as trader:
        return {"offers": _read(one, trader.offers(query))}


def _stored(one: Counterparty, query: Query) -> Tables:
    with closing(one.open()) as storage:
        facilities = _read(one, storage.facilities(query))
        return {"facilities": facilities, "holdings": _read(one, storage.holdings())}


def _prices(one: Counterparty, query: Query) -> Tables:
    with closing(one.open()) as source:
        benchmarks = _read(one, source.benchmarks(query))
        return {"benchmarks": benchmarks, "fx": _read(one, source.rates())}
