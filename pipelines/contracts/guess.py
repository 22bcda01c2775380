"""What a column of texts may be: its type, unit and format, as a draft for a person to judge.

A guess never turns an id into a number, and never decides what a day such as 1/4/2023 means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipelines.contracts.load import PLACEHOLDER

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
                     r"( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?")  # fmt: skip
_OTHER_DAY = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_ID_WORDS = {
    "id", "ids", "code", "sku", "zip", "postcode", "cik", "isin", "hs", "key", "number", "no",
    "ref", "uuid", "phone",
}  # fmt: skip
_DAY_WORDS = {"date", "day", "on", "when", "month", "period", "updated", "observed", "published"}
# what a header says a price is in, by the sign or word; none of them is read as another
CURRENCIES = (
    ("usd", r"usd|\$|dollar"),
    ("eur", r"eur|€"),
    ("cny", r"cny|rmb|yuan|¥|元"),
    ("gbp", r"gbp|£"),
    ("jpy", r"jpy|yen"),
)
_HOURLY = re.compile(r"(/|per|_|\b)(h|hr|hour)\b|hourly|/h")
_OF_ONE = re.compile(r"(gpu|accelerator|chip|card)s?([^a-z]|$)")
_OF_MACHINE = re.compile(r"node|machine|server|instance|host|system")
_PRICE = re.compile(r"price|rate|cost")
_UNITS = (
    (r"(cny|rmb|yuan|¥|元).*", "cny"),
    (r"(usd|\$)", "usd"),
    (r"(eur|€)", "eur"),
    (r"\b(gb|gib)\b|_(gb|gib)$", "gb"),
    (r"\bmw\b|_mw$|megawatt", "mw"),
    (r"\bkw\b|_kw$", "kw"),
    (r"\bw(atts?)?\b|_w$|tdp", "w"),
    (r"tflops|tops", "tflops"),
    (r"%|percent|_pct$", "percent"),
    (r"\b(hours?|hrs?)\b", "hours"),
    (r"\bgpus?\b|count|number|quantity|units|vcpus?|cores", "count"),
)
_PREFIXES = ("$", "€", "£", "¥")
_FILLERS = ("-", "--", "n/a", "N/A", "—", "null", "None", "none", "NULL", "?")


@dataclass(frozen=True)
class Guess:
    """A column's type and what goes with it; texts that ask hold `DESCRIBE`."""

    type: str
    unit: str | None = None
    format: str | None = None
    prefix: str | None = None
    thousands: str | None = None
    is_required: bool = False


def name_column(header: str) -> str:
    """Return a header or path as the name of a column."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", header)
    name = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return name if re.match(r"[a-z]", name) else f"column_{name}".rstrip("_")


def find_fillers(columns: dict[str, list[str | None]]) -> list[str]:
    """Return the spellings of an empty cell in columns that hold numbers or days otherwise."""
    found: set[str] = set()
    for header, values in columns.items():
        used = {value.strip() for value in values if value}
        rest = used - set(_FILLERS)
        if used & set(_FILLERS) and rest and guess_column(header, sorted(rest)).type != "VARCHAR":
            found |= used & set(_FILLERS)
    return sorted(found)


def guess_column(
    header: str, values: list[str] | list[str | None], fillers: list[str] | None = None
) -> Guess:
    """Return what a column may be, judged by its header and all of its texts."""
    told = [v.strip() for v in values if v and v.strip() and v.strip() not in (fillers or [])]
    is_required = len(told) == len(values) and bool(values)
    words = set(name_column(header).split("_"))
    if not told or (words & _ID_WORDS):
        return Guess("VARCHAR", is_required=is_required)
    if all(text.lower() in ("true", "false") for text in told):
        return Guess("BOOLEAN", is_required=is_required)
    if all(_DAY.fullmatch(text) for text in told):
        return Guess("DATE", is_required=is_required)
    if all(_MOMENT.fullmatch(text) for text in told):
        return Guess("TIMESTAMP", is_required=is_required)
    if all(_OTHER_DAY.fullmatch(text) for text in told):
        return Guess("DATE", format=_guess_format(told), is_required=is_required)
    return _guess_number(header, told, is_required)


def _guess_number(header: str, told: list[str], is_required: bool) -> Guess:
    prefix = next((p for p in _PREFIXES if all(text.startswith(p) for text in told)), None)
    bare = [text[len(prefix or "") :] for text in told]
    thousands = "," if any(_GROUPED.fullmatch(text) for text in bare) else None
    plain = [text.replace(",", "") if _GROUPED.fullmatch(text) else text for text in bare]
    if not all(_NUMBER.fullmatch(text) for text in plain):
        return Guess("VARCHAR", is_required=is_required)
    # 007 and 12E5 are names that look like numbers
    if any(re.fullmatch(r"0[0-9]+|[0-9]+[eE][0-9]+", text) for text in plain):
        return Guess("VARCHAR", is_required=is_required)
    is_whole = all(_INTEGER.fullmatch(text) for text in plain)
    unit = guess_unit(header, prefix) or PLACEHOLDER
    # a price that happens to be whole today is none tomorrow
    is_count = is_whole and unit in ("count", PLACEHOLDER)
    return Guess(
        "BIGINT" if is_count else "DOUBLE",
        unit=unit,
        prefix=prefix,
        thousands=thousands,
        is_required=is_required,
    )


def guess_currency(header: str, prefix: str | None = None) -> str | None:
    """Return the currency that a header or the mark before its numbers names; None without."""
    told = f"{header} {prefix or ''}".lower()
    return next((name for name, pattern in CURRENCIES if re.search(pattern, told)), None)


def guess_price_of(header: str) -> str | None:
    """Return whether a price is that of one `accelerator` or of a `machine`, if the header says."""
    lowered = header.lower().replace("_", " ")
    if _OF_MACHINE.search(lowered):
        return "machine"
    return "accelerator" if _OF_ONE.search(lowered) else None


def guess_unit(header: str, prefix: str | None = None) -> str | None:
    """Return the unit that a header names; None where it names none."""
    lowered = header.lower()
    currency = guess_currency(header, prefix)
    if _HOURLY.search(lowered) and (currency or _PRICE.search(lowered)):
        if currency is None:
            return None
        of_one = guess_price_of(header) == "accelerator"
        return f"{currency}_per_{'gpu_' if of_one else ''}hour"
    return next((unit for pattern, unit in _UNITS if re.search(pattern, lowered)), None)


def _guess_format(told: list[str]) -> str:
    parts = [found for text in told if (found := _OTHER_DAY.fullmatch(text))]
    year = "%Y" if all(len(found[4]) == 4 for found in parts) else "%y"
    mark = parts[0][2]
    day_first, month_first = (
        mark.join(order) for order in (("%d", "%m", year), ("%m", "%d", year))
    )
    can_be = {
        form
        for form, day, month in ((day_first, 1, 3), (month_first, 3, 1))
        if all(_is_day(int(found[4]), int(found[month]), int(found[day])) for found in parts)
    }
    if len(can_be) == 1 and len(told) > 1:
        return can_be.pop()
    return f"{PLACEHOLDER} which comes first: {month_first} or {day_first}"


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return False
    return True


def is_day_column(header: str) -> bool:
    """Tell whether a header names a day."""
    return bool(set(name_column(header).split("_")) & _DAY_WORDS)
