"""The policy watch's check: relevant documents of the rule-makers that nobody has settled yet."""

from __future__ import annotations

import duckdb

from pipelines.quality.records import Check

# A document is settled once it is coded or found irrelevant; `to_be_coded` keeps warning.
OPEN_QUERY = """
    select document_number, published_on, title
    from meta.policy_inbox
    where relevance <> 'not_relevant' and coalesce(review, 'to_be_coded') = 'to_be_coded'
    order by published_on, document_number
"""


def list_open_documents(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Return number, day and title of the documents that a person must still look at or code."""
    return connection.execute(OPEN_QUERY).fetchall()


def check_policy_watch(connection: duckdb.DuckDBPyConnection) -> list[Check]:
    """Warn while the inbox holds relevant documents that are not settled."""
    found = list_open_documents(connection)
    shown = "; ".join(f"{number} of {day}: {title}" for number, day, title in found)
    return [
        Check(
            name="policy_inbox.all_settled",
            table="meta.policy_inbox",
            severity="warning",
            passed=not found,
            observed=f"{len(found)} open: {shown}" if found else None,
            kind="contract",
            message="every relevant document of the rule-makers is coded or found irrelevant; "
            "see compute-balance policy inbox",
        )
    ]
