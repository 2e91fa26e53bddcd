"""Tables that come page by page. An answer whose pages have no end is cut off."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from vault_rules.adapters.messages import Query, Row
from vault_rules_rest.call import Call
from vault_rules_rest.client import Http
from vault_rules_rest.config import RestConfig
from vault_rules_rest.reading import Page, page_of

MOST_PAGES = 10_000


def rows(http: Http, config: RestConfig, path: str, table: str, query: Query | None) -> Iterator[Row]:
    """All rows of a table, within the time of one call. Who is asked for no mineral is not asked."""
    minerals = () if query is None else query.minerals
    if query is not None and not minerals:
        return
    asked = (*(("mineral", name) for name in minerals), ("limit", str(config.page)))
    first = Call(path, page_of(table), params=asked, largest=config.max_bytes)
    yield from _all(http, first, config.page)


def _all(http: Http, first: Call[Page], most: int) -> Iterator[Row]:
    ends, call, seen = http.ends(), first, set[str]()
    for _ in range(MOST_PAGES):
        page = http.must(call, ends)
        if len(page.rows) > most:
            raise http.bad(call, f"answers {len(page.rows):,} rows, where {most:,} were asked for")
        yield from page.rows
        if page.next is None:
            return
        if page.next in seen or not page.rows:
            raise http.bad(call, "its pages have no end: one was empty, or named before")
        seen.add(page.next)
        call = attrs.evolve(first, params=(*first.params, ("cursor", page.next)))
    raise http.bad(call, f"answers more than {MOST_PAGES:,} pages: it was cut off")
