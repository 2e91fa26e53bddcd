"""Policies of one shape and any size, each a shape that once took the square of its size or more to check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

_HEAD = 'policy p {\n  currency USD\n}\nuse "lib/minerals.vault"\n'
_TAIL = "tier all_of_it otherwise\nwaterfall w {\n  take all\n}\n"
_DAY = date(2000, 1, 1)


def _days(number: int) -> str:
    return f"from {_DAY + timedelta(days=number)} before {_DAY + timedelta(days=number + 1)}"


def chain_of_exceptions(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL + "require r: purity >= 99%\n"
    for number in range(size):
        target = f"e{number - 1}" if number else "r"
        yield f'exception e{number} to {target} through 2030-01-01 because "x" {{ require purity >= {number % 90}% }}\n'


def chain_of_exceptions_to_a_cap(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL + "cap r: share by origin <= 99% of requested per mineral\n"
    for number in range(size):
        target = f"e{number - 1}" if number else "r"
        yield f'exception e{number} to {target} through 2030-01-01 because "x" {{ share <= {number % 90}% }}\n'


def exceptions_to_one_value(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL + "let v = 50%\nrequire r: purity >= v\n"
    for number in range(size):
        yield f'exception e{number} to v {_days(number)} because "x" {{ {number % 90}% }}\n'


def exceptions_to_one_value_and_its_readers(size: int) -> Iterator[str]:
    yield from exceptions_to_one_value(size)
    for number in range(size):
        yield f"require r{number}: purity >= v for {{cobalt}}\n"


def chains_of_values(size: int) -> Iterator[str]:
    """As deep as values may read each other, and no deeper."""
    yield _HEAD + _TAIL
    for number in range(size):
        before = f"v{number - 1} + 0.1%" if number % 90 else "1%"
        yield f"let v{number} = {before}\n"
    yield f"require r: purity >= v{size - 1}\n"


def too_long_a_chain_of_values(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL
    for number in range(size):
        yield f"let v{number} = {f'v{number - 1} + 0.1%' if number else '1%'}\n"


def rows_of_a_table(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL + "table t by location {\n  | location | purity |\n"
    for number in range(size):
        yield f'  | "place {number}" | {number % 90}.{number % 7}% |\n'
    yield "  | otherwise | 1% |\n}\n"


def values_that_read_a_table(size: int) -> Iterator[str]:
    yield from rows_of_a_table(size)
    for number in range(size):
        yield f"let v{number} = t[location].purity\n"


def waterfalls_in_sequence(size: int) -> Iterator[str]:
    yield _HEAD + "tier all_of_it otherwise\n"
    for number in range(size):
        yield f"waterfall w{number} {_days(number)} {{\n  take all\n}}\n"


def routes_in_sequence(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL
    for number in range(size):
        yield f"route r{number}: cobalt to hartree {_days(number)}\n"


def tiers(size: int) -> Iterator[str]:
    yield _HEAD
    for number in range(size):
        yield f"tier t{number} when purity >= {number}%\n"
    yield "tier other otherwise\nwaterfall w {\n  take all\n}\n"


def steps(size: int) -> Iterator[str]:
    yield _HEAD + "tier a when origin = US\ntier b otherwise\nwaterfall w {\n"
    for number in range(size):
        yield f"  s{number}: take a when purity >= {number}%\n"
    yield "  take b\n}\n"


def members_of_a_group(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL
    for number in range(size):
        yield f"trader t{number}\n"
    yield "group g = {" + ", ".join(f"t{number}" for number in range(size)) + "}\nforbid f: trader in g\n"


def one_sum(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL
    for number in range(size):
        yield f"require r{number}: purity >= 1% " + "and purity >= 1% " * 20 + "\n"


def unknown_names(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL
    for number in range(size):
        yield f"let known_value_{number} = 1%\nrequire r{number}: purity >= nothing_{number}\n"


def comments(size: int) -> Iterator[str]:
    yield _HEAD + _TAIL
    for number in range(size):
        yield f"# above {number}\nrequire r{number}: purity >= 1%   # beside {number}\n"


SHAPES: dict[str, Callable[[int], Iterator[str]]] = {
    one.__name__: one
    for one in (
        chain_of_exceptions,
        chain_of_exceptions_to_a_cap,
        exceptions_to_one_value,
        exceptions_to_one_value_and_its_readers,
        chains_of_values,
        too_long_a_chain_of_values,
        rows_of_a_table,
        values_that_read_a_table,
        waterfalls_in_sequence,
        routes_in_sequence,
        tiers,
        steps,
        members_of_a_group,
        one_sum,
        unknown_names,
        comments,
    )
}


def shape(name: str, size: int) -> str:
    """The text of a policy of that shape."""
    return "".join(SHAPES[name](size))
