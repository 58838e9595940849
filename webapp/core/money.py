"""Money as integer minor units of an ISO 4217 currency; never floats, never converted.

The exponents are ISO 4217's list one; a currency not in the table has two decimals.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
CURRENCIES = tuple(
    [
        "USD",
        "EUR",
        "GBP",
        "AED",
        "ARS",
        "AUD",
        "BDT",
        "BGN",
        "BHD",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CZK",
        "DKK",
        "EGP",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "ISK",
        "JOD",
        "JPY",
        "KES",
        "KRW",
        "KWD",
        "LKR",
        "MAD",
        "MXN",
        "MYR",
        "NGN",
        "NOK",
        "NZD",
        "OMR",
        "PEN",
        "PHP",
        "PKR",
        "PLN",
        "QAR",
        "RON",
        "RSD",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TND",
        "TRY",
        "TWD",
        "UAH",
        "UGX",
        "UYU",
        "VND",
        "ZAR",
    ]
)
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "CAD": "CA$", "AUD": "A$"}
#: The most a budget may be, in major units; far below what bigint minor units hold.
MOST = 10**12
_AMOUNT = re.compile(r"^(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$")


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has.

    >>> exponent("USD"), exponent("JPY"), exponent("KWD")
    (2, 0, 3)
    """
    return EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Major units to minor units, rounded half to even.

    >>> to_minor(Decimal("10.345"), "USD")
    1034
    """
    return int((amount * (10 ** exponent(currency))).to_integral_value(ROUND_HALF_EVEN))


def to_major(minor: int, currency: str) -> Decimal:
    """Minor units to an exact decimal amount.

    >>> to_major(-1034, "USD")
    Decimal('-10.34')
    """
    return Decimal(minor).scaleb(-exponent(currency))


def parse(text: str, currency: str) -> int:
    """What a person typed (`6,000` or `6000.50`), as minor units.

    Raises ValueError with a sentence for the person: not a number, more decimals than the currency
    has, negative, too large.

    >>> parse("6,000.5", "USD")
    600050
    """
    plain = text.strip().replace("\u00a0", " ").replace(" ", "")
    plain = plain.removeprefix(SYMBOLS.get(currency, "")).removeprefix(currency)
    if not _AMOUNT.match(plain):
        raise ValueError("Write it like 6,000 or 6000.50.")
    try:
        amount = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise ValueError("Write it like 6,000 or 6000.50.") from None
    if amount > MOST:
        raise ValueError("That is more than a campaign can hold.")
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {exponent(currency)} decimals at most.")
    return int(minor)


def typed(minor: int, currency: str) -> str:
    """The amount as a form field holds it: plain digits, every decimal.

    >>> typed(600050, "USD")
    '6000.50'
    """
    return str(to_major(minor, currency))


def words(minor: int, currency: str, *, cents: bool | None = None) -> str:
    """The amount as a page says it: cents only below 100 units, or always with `cents=True`.

    >>> words(1124000, "USD"), words(-12000, "USD"), words(893, "USD"), words(174480000, "IDR")
    ('$11,240', '−$120', '$8.93', 'IDR\\xa01,744,800')
    """
    places = exponent(currency)
    amount = to_major(abs(minor), currency)
    show = cents if cents is not None else (amount < 100 and amount != amount.to_integral_value())
    number = f"{amount:,.{places}f}" if show else f"{amount.to_integral_value(ROUND_HALF_EVEN):,}"
    mark = SYMBOLS.get(currency)
    return ("−" if minor < 0 else "") + (f"{mark}{number}" if mark else f"{currency}\u00a0{number}")


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Shares of `total` in proportion to `weights` (each >= 0), summing to it exactly: largest
    remainder, first wins a tie.

    >>> split(1000, [1, 1, 1])
    [334, 333, 333]
    """
    if not weights:
        return []
    if any(w < 0 for w in weights):
        raise ValueError("a share cannot weigh less than nothing")
    whole = sum(weights) or len(weights)
    pairs = [divmod(total * w, whole) for w in (weights if sum(weights) else [1] * len(weights))]
    shares = [share for share, _ in pairs]
    for index in sorted(range(len(pairs)), key=lambda i: (-pairs[i][1], i))[: total - sum(shares)]:
        shares[index] += 1
    return shares
