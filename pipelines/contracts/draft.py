"""Drafting a contract from what a file holds, so that adding a source begins with one command."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from pipelines.base.errors import ContractError
from pipelines.base.settings import today_utc
from pipelines.contracts.feeds import COMMITMENTS
from pipelines.contracts.guess import (
    Guess,
    find_fillers,
    guess_column,
    guess_currency,
    guess_price_of,
    name_column,
)
from pipelines.contracts.load import PLACEHOLDER
from pipelines.contracts.model import AREAS

# which column of a rent a header stands for, tried in this order
_RENT_ROLES = (
    ("observed_on", r"date|day|observed|when|snapshot|updated"),
    ("provider", r"provider|cloud|vendor|company|platform"),
    ("chip_label", r"gpu_?(name|model|type)?$|chip|accelerator(_name)?$|card|model$"),
    ("price", r"price|rate|cost|usd"),
    (
        "chip_count",
        r"(gpu|accelerator|chip|card)s?_?(count|num|number|per_)|count|quantity|(gpu|card)s$",
    ),
    ("region", r"region|location|zone|place"),
    ("country_code", r"country"),
    ("commitment", r"commitment|term|pricing_type|market"),
    ("instance_type", r"instance|plan|machine|sku"),
)


@dataclass
class Draft:
    """What a new source begins with: its contract's text, and the columns that were found."""

    contract: str
    table: str
    columns: dict[str, Guess] = field(default_factory=dict)
    label_tables: dict[str, str] = field(default_factory=dict)


def check_new_source(source_id: str, area: str) -> None:
    """Refuse a name or an area that no source can have.

    Raises:
        ContractError: says what was found and expected.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", source_id):
        raise ContractError(f"source id {source_id!r}: expected snake_case")
    if area not in AREAS:
        raise ContractError(f"area {area!r}: expected one of {', '.join(AREAS)}")


def draft_contract(
    source_id: str,
    table: str,
    area: str,
    kind: str,
    columns: dict[str, list[str | None]],
    reader: dict[str, Any],
    address: str | None = None,
    today: date | None = None,
) -> Draft:
    """Write the draft of a contract.

    Args:
        source_id: name of the new source.
        table: name of its table.
        area: one of the areas of the warehouse.
        kind: registry or connector.
        columns: all texts of the file by header or path.
        reader: the fields of `read` that a plain CSV file does not need.
        address: where the upstream is fetched from, if it is.
        today: the day of the draft.

    Returns:
        The draft. What only a person can know is marked DESCRIBE; until that is gone the source
        troubles nobody and is read by nobody.
    """
    fillers = find_fillers(columns)
    if fillers:
        reader = reader | {"missing": fillers}
    guesses = {header: guess_column(header, texts, fillers) for header, texts in columns.items()}
    lines = [
        f"source_id: {source_id}",
        f"title: {PLACEHOLDER}",
        f"area: {area}",
        f"kind: {kind}",
        f"description: {PLACEHOLDER} what the source is and how its figures come about.",
        "cadence: irregular",
        "fresh_for_days: 365",
        f"embedded_on: {today or today_utc()}",
        "publishers:",
        f"  - {{name: {PLACEHOLDER}, licence: {PLACEHOLDER}, attribution: {PLACEHOLDER}, "
        "redistribution: unknown}",
    ]
    if address:
        media = reader.get("packed", "none")
        media = reader.get("format", "csv") if media == "none" else media
        lines += [
            "addresses:",
            f"  - {{document: {table}, url: {_quote(address)}, media: {media}}}",
        ]
    roles = _find_rent_roles(guesses) if area == "prices" else {}
    terms = next((columns[header] for header, role in roles.items() if role == "commitment"), [])
    has_other_terms = not set(filter(None, terms)) <= set(COMMITMENTS)
    body, key, known_on = _write_columns(guesses, roles, has_other_terms)
    lines += [
        "max_rejected_share: 0.02",
        "tables:",
        f"  - table: {table}",
        f"    description: One row per {PLACEHOLDER} the grain.",
        f"    key: [{', '.join(key)}]",
        "    document_mode: snapshot",
        *([f"    read: {_dump(reader)}"] if reader else []),
        *(["    feeds: rents"] if roles else []),
        "    provenance: false",
        f"    known_on: {known_on or PLACEHOLDER + ' the day a row became known'}",
        "    columns:",
        *body,
    ]
    labels = {"chips": "label,chip_id,note\n"} if "chip_label" in roles.values() else {}
    if has_other_terms:
        labels["terms"] = "label,commitment,note\n"
    return Draft("\n".join(lines) + "\n", table, guesses, labels)


def _find_rent_roles(guesses: dict[str, Guess]) -> dict[str, str]:
    """Return by header what part of a rent it holds; nothing if they make up no rent."""
    roles: dict[str, str] = {}
    for role, pattern in _RENT_ROLES:
        for header, guess in guesses.items():
            is_number = guess.type in ("DOUBLE", "BIGINT")
            fits = is_number == (role in ("price", "chip_count"))
            if header not in roles and fits and re.search(pattern, name_column(header)):
                roles[header] = role
                break
    is_rent = {"chip_label", "price"} <= set(roles.values())
    return roles if is_rent else {}


def _write_columns(
    guesses: dict[str, Guess], roles: dict[str, str], has_other_terms: bool
) -> tuple[list[str], list[str], str | None]:
    """Return the lines of the columns, the drafted key, and the day of knowledge, if told."""
    lines, names = [], []
    known_on = currency = None
    has_count = "chip_count" in roles.values()
    for header, guess in guesses.items():
        role = roles.get(header)
        name = role or name_column(header)
        description = PLACEHOLDER
        if role == "price":
            currency = guess_currency(header, guess.prefix)
            of = guess_price_of(header)
            is_machine = has_count and of != "accelerator"
            name = "price_per_hour" if is_machine else "price_per_gpu_hour"
            if of is None:
                description += " is it of one accelerator (price_per_gpu_hour) or of the machine?"
        if role == "commitment" and has_other_terms:
            name = "term"
        while name in names:
            name += "_2"
        names.append(name)
        parts: dict[str, Any] = {"type": "BIGINT" if role == "chip_count" else guess.type}
        if header != name:
            parts["from"] = header
        if guess.unit:
            parts["unit"] = "count" if role == "chip_count" else guess.unit
        if name == "commitment":
            parts["values"] = list(COMMITMENTS)
        for field_name in ("format", "prefix", "thousands"):
            if getattr(guess, field_name):
                parts[field_name] = getattr(guess, field_name)
        if guess.is_required:
            parts["required"] = True
        parts["description"] = description
        lines.append(f"      {name}: {_dump(parts)}")
        if guess.type == "DATE" and known_on is None and guess.is_required:
            known_on = name
    if "chip_label" in names:
        lines.append(
            "      chip_id: {type: VARCHAR, required: true, references: chip, labels: {of: "
            'chip_label, table: chips}, description: "Accelerator, read from the label."}'
        )
    if "term" in names:
        names.append("commitment")
        lines.append(
            "      commitment: {type: VARCHAR, required: true, labels: {of: term, table: terms}, "
            'description: "Terms of the rent, read from the label."}'
        )
    for name, asked in (
        ("observed_on", f"{PLACEHOLDER} the column of the day, or from: '@day'"),
        ("provider", f"{PLACEHOLDER} the provider"),
        ("provider_type", f"{PLACEHOLDER} hyperscaler, neocloud or marketplace"),
        ("commitment", f"{PLACEHOLDER} on_demand, spot or reserved_1y"),
        ("currency", currency.upper() if currency else f"{PLACEHOLDER} the currency"),
    ):
        if roles and name not in names:
            type_ = "DATE" if name == "observed_on" else "VARCHAR"
            parts = {"type": type_, "fixed": asked, "required": True, "description": f"The {name}."}
            lines.append(f"      {name}: {_dump(parts)}")
    return lines, _guess_key(guesses, names, roles), known_on


def _guess_key(guesses: dict[str, Guess], names: list[str], roles: dict[str, str]) -> list[str]:
    if roles:
        parts = ("observed_on", "provider", "instance_type", "chip_label", "chip_count", "region")
        # a label and the id that is read from it tell the same
        last = "term" if "term" in names else "commitment"
        return [name for name in (*parts, last) if name in names] or names[:1]
    return names[:1]


def _dump(content: dict[str, Any]) -> str:
    text = yaml.safe_dump(
        content, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000
    )
    return text.strip()


def _quote(text: str) -> str:
    return '"' + text.replace('"', "%22") + '"'
