"""Calls over HTTP: sent again where they got lost, never longer than their time, and believed only where they fit.

Every call may be sent again: it only reads, or its key says that it is the same one. What comes of a call is its
answer, a `Refusal`, or an error that says whether it may have been carried out.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import SystemRandom
from time import monotonic, sleep
from typing import NoReturn, TypeVar

import attrs
import httpcore2
import httpx2

from vault_rules.adapters.messages import Refusal
from vault_rules.adapters.registration import Setup
from vault_rules.errors import AdapterError, BadAnswer, TimedOut, Unavailable
from vault_rules_rest import __version__
from vault_rules_rest.call import (
    JSON,
    KEY_HEADER,
    Call,
    Wrong,
    answer,
    body_of,
    media_type,
    must_be_readable,
    problem,
)
from vault_rules_rest.config import RestConfig
from vault_rules_rest.deadline import Transport, until
from vault_rules_rest.fields import KEY
from vault_rules_rest.strict_json import dump

T = TypeVar("T")

FIRST_PAUSE = 0.1
_CONNECTIONS = 20
_SHARE_OF_TIME = 0.95
"""We give up a little before the caller does, so that it hears why."""

_NOT_CARRIED_OUT = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 429, 503})
_LATER = frozenset({429, 503})


@attrs.frozen
class Failure(Exception):
    """A try that came to nothing. `maybe`: it may have been carried out. `again`: it is worth another, after `wait`."""

    text: str
    kind: type[AdapterError] = Unavailable
    maybe: bool = False
    again: bool = True
    wait: float = 0.0


def pauses(count: int, random: SystemRandom | None = None) -> Iterator[float]:
    """How long to wait before each further try: twice as long each time, and never two clients in step."""
    random = random or SystemRandom()
    for at in range(count):
        yield FIRST_PAUSE * 2**at * random.uniform(0.5, 1.0)


class Http:
    """One counterparty's address. `who` is how errors call it."""

    def __init__(self, who: str, config: RestConfig, setup: Setup) -> None:
        self.who, self._config, self._timeout = who, config, setup.timeout
        self._client = httpx2.Client(
            base_url=config.url,
            headers=_headers(config),
            transport=Transport(_trusted(who, config, setup), _CONNECTIONS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def ends(self) -> float:
        """When a call that begins now is over."""
        return monotonic() + self._timeout * _SHARE_OF_TIME

    def ask(self, call: Call[T], ends: float | None = None) -> T | Refusal:
        """The answer to a call. Raises `Unavailable`, `TimedOut` or `BadAnswer`."""
        if call.key is not None and not KEY.fullmatch(call.key):
            raise Unavailable(f"{self.who}: {call}: this is no key, and nothing was sent")
        ends = self.ends() if ends is None else ends
        with until(ends):
            return self._tried(call, ends)

    def must(self, call: Call[T], ends: float | None = None) -> T:
        """The same of a call that nobody can refuse."""
        found = self.ask(call, ends)
        assert not isinstance(found, Refusal), "only what changes something is refused"
        return found

    def bad(self, call: Call[T], text: str) -> BadAnswer:
        return BadAnswer(f"{self.who}: {call}: {text}")

    # ---- again and again ---------------------------------------------------------------------------------------------

    def _tried(self, call: Call[T], ends: float) -> T | Refusal:
        maybe = False
        for pause in (*pauses(self._config.attempts - 1), None):
            try:
                return self._once(call)
            except Failure as why:
                maybe = maybe or (why.maybe and call.changes)
                wait = max(why.wait, pause or 0.0)
                if pause is None or not why.again or monotonic() + wait >= ends:
                    self._give_up(call, why, maybe)
                sleep(wait)
        raise AssertionError("the last try answers or raises")

    def _give_up(self, call: Call[T], why: Failure, maybe: bool) -> NoReturn:
        kind = BadAnswer if maybe and why.kind is Unavailable else why.kind
        more = "; whether it was carried out is not known" if maybe else ""
        raise kind(self._hide(f"{self.who}: {call}: {why.text}{more}"))

    def _once(self, call: Call[T]) -> T | Refusal:
        try:
            return self._sent(call)
        except Wrong as why:
            raise Failure(str(why), BadAnswer, maybe=True, again=False) from None
        except (httpcore2.ConnectTimeout, httpcore2.PoolTimeout):
            raise Failure("cannot be reached in time", again=False) from None
        except httpcore2.TimeoutException:
            text = f"has not answered within {self._timeout:g} seconds"
            raise Failure(text, TimedOut, maybe=True, again=False) from None
        except httpcore2.ConnectError as why:
            raise _not_reached(why) from None
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError) as why:
            garbled = isinstance(why, httpcore2.RemoteProtocolError)
            text = "what it answers is no HTTP, or not all of it" if garbled else "the connection broke off"
            raise Failure(text, BadAnswer if garbled else Unavailable, maybe=True) from None

    # ---- once --------------------------------------------------------------------------------------------------------

    def _sent(self, call: Call[T]) -> T | Refusal:
        response = self._client.send(self._request(call), stream=True)
        try:
            must_be_readable(response, call.largest)
            body = body_of(response, call.largest)
        finally:
            response.close()
        kind = media_type(response.headers)
        said = problem(kind, response.status_code, body, self._hide)
        if said is not None or response.status_code in _LATER or response.status_code >= 500:
            raise _problem(response, said)
        return answer(call, response.status_code, kind, body, self._hide)

    def _request(self, call: Call[T]) -> httpx2.Request:
        headers = {"Content-Type": JSON} if call.changes else {}
        if call.changes and call.key is not None:
            headers[KEY_HEADER] = call.key
        content = None if call.body is None else dump(call.body)
        method = "POST" if call.changes else "GET"
        return self._client.build_request(
            method, call.path, params=list(call.params) or None, headers=headers, content=content
        )

    def _hide(self, text: str) -> str:
        token = self._config.token
        return text if token is None else text.replace(token.reveal(), "***")


def _headers(config: RestConfig) -> dict[str, str]:
    found = {"Accept": JSON, "Accept-Encoding": "identity", "User-Agent": f"vault-rules-rest/{__version__}"}
    if config.token is not None:
        found["Authorization"] = f"Bearer {config.token.reveal()}"
    return found


def _trusted(who: str, config: RestConfig, setup: Setup) -> ssl.SSLContext | None:
    """Whose certificates are believed: the machine's, or those of a file."""
    if not config.url.startswith("https:"):
        return None
    if config.ca is None:
        return httpx2.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=setup.folder / config.ca)
    except OSError as why:
        raise AdapterError(f"{who}: `ca` cannot be read as certificates: {why.strerror or config.ca.name}") from None


def _not_reached(why: Exception) -> Failure:
    cause = why.args[0] if why.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failure(f"its certificate cannot be trusted: {cause.verify_message}", again=False)
    if isinstance(cause, ssl.SSLError):
        return Failure("does not speak TLS as it should", again=False)
    return Failure(f"cannot be reached: {getattr(cause, 'strerror', None) or cause or why}")


def _problem(response: httpx2.Response, said: str | None) -> Failure:
    """What it means that the counterparty says it has a problem, or that something before it does."""
    status, after = response.status_code, response.headers.get("retry-after", "")
    wait = float(after) if after.isascii() and after.isdigit() and len(after) < 6 else 0.0
    if said is None or status not in _NOT_CARRIED_OUT:
        return Failure(f"answers {status}" + (f": {said}" if said else ""), maybe=True, wait=wait)
    return Failure(f"answers {status}: {said}", again=status in _LATER, wait=wait)
