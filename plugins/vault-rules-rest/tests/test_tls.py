"""Certificates are verified: whoever shows a bad one is not spoken to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import attrs
import pytest
import trustme

from tests.rest_support.raw import Raw, http
from tests.rest_support.served import Served, write_tables
from vault_rules.adapters.messages import Award, Query
from vault_rules.adapters.registration import Secret, Setup
from vault_rules.errors import AdapterError, Unavailable
from vault_rules.testing.contracts import OFFERS
from vault_rules_rest.config import RestConfig
from vault_rules_rest.trader import RestTrader

TOKEN = "s3cr3t-t0ken"


@attrs.frozen
class Safe:
    """A server that speaks TLS and wants a token, and the certificate of who vouches for it."""

    server: Served
    folder: Path

    def trader(self, ca: str | None, host: str = "127.0.0.1", token: str | None = TOKEN) -> RestTrader:
        url = self.server.url.replace("127.0.0.1", host)
        secret = None if token is None else Secret(token, "ACME")
        return RestTrader(RestConfig(url, secret, None if ca is None else Path(ca)), Setup("acme", self.folder, 10.0))


def served(folder: Path, authority: trustme.CA, certificate: trustme.LeafCert) -> Safe:
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "other.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    book = write_tables(folder / "book", {"offers": OFFERS})
    options = ("--book", str(book), "--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem"))
    return Safe(Served(*options, token=TOKEN), folder)


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Safe]:
    authority = trustme.CA()
    found = served(tmp_path_factory.mktemp("tls"), authority, authority.issue_cert("127.0.0.1"))
    yield found
    assert found.server.end()[0] == 0


def test_who_is_vouched_for_is_asked(safe: Safe) -> None:
    assert safe.server.url.startswith("https://")
    with closing(safe.trader("ca.pem")) as trader:
        assert len(list(trader.offers(Query(("cobalt",))))) == 2


@pytest.mark.parametrize("ca", ["other.pem", None])
def test_who_is_vouched_for_by_strangers_is_not(safe: Safe, ca: str | None) -> None:
    with (
        closing(safe.trader(ca)) as trader,
        pytest.raises(Unavailable, match=r"^trader acme: GET .*: its certificate cannot be trusted: ") as caught,
    ):
        trader.health()
    assert TOKEN not in str(caught.value)


def test_a_certificate_for_another_name_is_not_trusted(safe: Safe) -> None:
    with (
        closing(safe.trader("ca.pem", host="localhost")) as trader,
        pytest.raises(Unavailable, match="its certificate cannot be trusted: Hostname mismatch"),
    ):
        trader.reserve(Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD"), "k")


def test_a_certificate_that_has_expired_is_not_trusted(tmp_path: Path) -> None:
    authority = trustme.CA()
    old = authority.issue_cert(
        "127.0.0.1", not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=datetime(2021, 1, 1, tzinfo=UTC)
    )
    safe = served(tmp_path, authority, old)
    try:
        with (
            closing(safe.trader("ca.pem")) as trader,
            pytest.raises(Unavailable, match="its certificate cannot be trusted: certificate has expired"),
        ):
            trader.health()
    finally:
        safe.server.end()


def test_who_does_not_speak_tls_is_not_asked() -> None:
    with Raw(http({"protocol": 1, "text": "hello"})) as raw:
        config = RestConfig(raw.url.replace("http:", "https:"), Secret(TOKEN, "ACME"))
        with closing(RestTrader(config, Setup("acme", Path(), 3.0))) as trader, pytest.raises(Unavailable):
            trader.health()
        assert not any(TOKEN.encode() in one for one in raw.requests)


@pytest.mark.parametrize("token", [None, "another"])
def test_who_does_not_know_the_token_is_not_answered(safe: Safe, token: str | None) -> None:
    with (
        closing(safe.trader("ca.pem", token=token)) as trader,
        pytest.raises(Unavailable, match=r"answers 401: this is not the token$"),
    ):
        trader.status("k")


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_that_holds_no_certificates_is_an_error(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "ca.pem").write_text(text)
    config = RestConfig("https://rfq.acme.example", None, Path("ca.pem"))
    with pytest.raises(AdapterError, match="trader acme: `ca` cannot be read as certificates"):
        RestTrader(config, Setup("acme", tmp_path))
