"""A reserve in files: two traders, a warehouse, requests, a policy, a configuration; as in the README."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "glencore/offers.csv": """\
offer,mineral,price,currency,per,quantity,unit,origin
g1,cobalt,11.50,USD,lb,10,t,AU
g2,cobalt,30,USD,kg,8,t,CA
""",
    "traxys/offers.csv": """\
offer,mineral,price,quantity,unit,origin
t1,cobalt,27.10 USD/kg,6,t,US
""",
    "warehouse/facilities.csv": """\
facility,kind,capacity,unit,cost
nola,leased,9,t,14.60
ohio,owned,30,t,9
""",
    "requests.csv": """\
request,buyer,mineral,quantity,unit
r1,gm,cobalt,15,t
""",
    "reserve.vault": """\
policy reserve "A small reserve" {
  currency USD
}

waterfall w {
  take all
}

cap one_country: share by origin <= 65% of requested per mineral
cap a_year: quantity <= 20 t per year

store s {
  place in leased by cost
  place in owned
}
""",
    "vault.toml": """\
[traders.glencore]
adapter = "files"
path = "glencore"
prefix = "gl-"

[traders.traxys]
adapter = "files"
path = "traxys"

[storages.warehouse]
adapter = "files"
path = "warehouse"

[ledger]
url = "sqlite:///vault.ledger"
""",
}


def write_reserve(folder: Path, **changed: str) -> Path:
    """Write it into a folder; `changed` has other texts, by the file's name without its ending."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(changed.get(file.stem, text), encoding="utf-8")
    return folder
