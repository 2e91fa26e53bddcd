"""The currencies of ISO 4217, so that a misspelt one is an error before any book is read."""

from __future__ import annotations

from vault_rules.domain.spelling import did_you_mean

# the codes in use, with the precious metals, special drawing rights and the offshore yuan that traders quote in
CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF
    CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK
    HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB
    RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
    UZS VED VES VND VUV WST XAF XAG XAU XCD XCG XDR XOF XPD XPF XPT YER ZAR ZMW ZWG ZWL
    """.split()
)
_COMMON = ("USD", "EUR", "GBP", "JPY", "CNY", "AUD", "CAD", "CHF", "KRW")


def unknown_currency(code: str) -> str | None:
    """What to write instead of a code that is no currency; None where it is one."""
    if code in CURRENCIES:
        return None
    turned = next((one for one in _COMMON if sorted(one) == sorted(code)), None)
    near = turned or did_you_mean(code, _COMMON) or did_you_mean(code, sorted(CURRENCIES))
    return f"did you mean `{near}`?" if near else "currencies are ISO 4217 codes of three letters, such as USD"
