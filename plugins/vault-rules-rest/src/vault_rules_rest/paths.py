"""The paths of the protocol, as in `openapi.json`."""

VERSION = 1

TRADER = "/v1/trader"
STORAGE = "/v1/storage"

HEALTH = "/health"
STATUS = "/status"
OFFERS = f"{TRADER}/offers"
RESERVATIONS = f"{TRADER}/reservations"
RELEASES = f"{TRADER}/releases"
CONFIRMATIONS = "/confirmations"
FACILITIES = f"{STORAGE}/facilities"
HOLDINGS = f"{STORAGE}/holdings"
BOOKINGS = f"{STORAGE}/bookings"
CANCELLATIONS = f"{STORAGE}/cancellations"
RECEIPTS = f"{STORAGE}/receipts"
