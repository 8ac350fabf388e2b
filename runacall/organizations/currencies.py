"""The currency of a country, by ISO 3166 and ISO 4217; knows no database."""

from __future__ import annotations

_EURO = [
    "AT",
    "BE",
    "BG",
    "CY",
    "DE",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PT",
    "SI",
    "SK",
]
_OTHERS = {
    "AE": "AED",
    "AU": "AUD",
    "BR": "BRL",
    "CA": "CAD",
    "CH": "CHF",
    "CZ": "CZK",
    "DK": "DKK",
    "GB": "GBP",
    "HK": "HKD",
    "IN": "INR",
    "JP": "JPY",
    "MX": "MXN",
    "MY": "MYR",
    "NO": "NOK",
    "NZ": "NZD",
    "PH": "PHP",
    "PL": "PLN",
    "PR": "USD",
    "SE": "SEK",
    "SG": "SGD",
    "US": "USD",
    "ZA": "ZAR",
}
_BY_COUNTRY = _OTHERS | dict.fromkeys(_EURO, "EUR")


def currency_of(country: str) -> str:
    """The three-letter code of a country's currency; "" for a country that is not in the table."""
    return _BY_COUNTRY.get(country, "")
