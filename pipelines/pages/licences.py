"""The page on terms: who publishes what this warehouse uses, under which licence, said how."""

from __future__ import annotations

from pipelines.contracts.model import Contract
from pipelines.pages.page import Block, Heading, Page, Table, Text

TERMS = {
    "allowed": "the licence lets the compilation be passed on, with attribution",
    "facts_only": "single facts are cited; the compilation itself is not passed on",
    "unknown": "no terms are stated; treat as facts only",
}


def make_licences_page(contracts: list[Contract]) -> Page:
    """Return the page: every publisher of every source with licence, terms and attribution."""
    blocks: list[Block] = [
        Text(
            "The figures of this warehouse come from the publishers below. Each source states its "
            "terms in its contract; `meta.source` carries them in every release, and "
            "`compute-balance source list` prints the attributions. Whoever shows a figure shows "
            "the attribution of its sources (column `source_ids` of the mart) beside it."
        ),
        Table(
            ("redistribution", "what it means"),
            tuple((f"`{name}`", meaning) for name, meaning in TERMS.items()),
        ),
        Heading("Sources in one view"),
        Table(
            ("source", "area", "publishers", "strictest term"),
            tuple(
                (
                    f"`{contract.source_id}`",
                    contract.area,
                    str(len(contract.publishers)),
                    find_strictest_term(contract),
                )
                for contract in contracts
            ),
        ),
    ]
    for contract in contracts:
        blocks += [
            Heading(f"{contract.source_id}: {contract.title}"),
            Table(
                ("publisher", "licence", "redistribution", "attribution", "address", "remark"),
                tuple(
                    (
                        publisher.name,
                        publisher.licence,
                        publisher.redistribution,
                        publisher.attribution,
                        publisher.address or "",
                        publisher.note or "",
                    )
                    for publisher in contract.publishers
                ),
            ),
        ]
    return Page("data-licences", "Licences and attribution", blocks)


def find_strictest_term(contract: Contract) -> str:
    """Return the term that binds the source as a whole: the strictest of its publishers."""
    order = list(TERMS)
    return max((p.redistribution for p in contract.publishers), key=order.index)
