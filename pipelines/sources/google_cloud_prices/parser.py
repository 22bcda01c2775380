"""From the pages of Google's billing catalogue to the prices of accelerators.

A price is told as whole units and billionths of the currency. Articles whose group or name tells of
no accelerator are no rows of the table.
"""

import json
from collections.abc import Mapping

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.ingest.parsed import ParsedRows, collect_rows

COLUMNS = (
    *("sku_id", "sku_name", "resource_group", "usage_type", "region", "price_usd", "price_unit"),
    *("tier_start", "effective_on", "stated_on"),
)
FOLLOWED = ("gpu", "tpu", "accelerator")
BILLION = 1_000_000_000


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read all articles of accelerators, once per place and tier.

    Args:
        document: its day is that of the rows.
        content: the JSON answer, all pages of it.

    Returns:
        `google_prices`: one row per article, place and tier.

    Raises:
        DocumentFault: no JSON, or no list of articles.
    """
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise DocumentFault(f"{document.address}: found no JSON ({error}); expected one") from error
    articles = answer.get("skus") if isinstance(answer, Mapping) else None
    if not isinstance(articles, list):
        raise DocumentFault(f"{document.address}: found no list of skus; expected one")
    day = document.document_on.isoformat()
    records = [item for article in articles for item in _split(article)]
    return {"google_prices": collect_rows(records, lambda record: _read(record, day), COLUMNS)}


def _split(article: object) -> list[tuple[object, object, object]]:
    """Return an article once per place and tier; one of another shape once, to be told as bad."""
    if not isinstance(article, Mapping):
        return [(article, None, None)]
    told = f"{article.get('category')} {article.get('description')}".lower()
    if not any(word in told for word in FOLLOWED):
        return []
    pricing = (article.get("pricingInfo") or [{}])[-1]
    tiers = pricing.get("pricingExpression", {}).get("tieredRates") or [None]
    places = article.get("serviceRegions") or [None]
    return [(article, place, tier) for place in places for tier in tiers]


def _read(record: object, day: str) -> dict[str, object]:
    assert isinstance(record, tuple)
    article, place, tier = record
    pricing = article["pricingInfo"][-1]
    price = tier["unitPrice"]
    nanos = int(price["units"]) * BILLION + int(price["nanos"])
    whole, rest = divmod(nanos, BILLION)
    return {
        "sku_id": article["skuId"],
        "sku_name": article["description"],
        "resource_group": article["category"]["resourceGroup"],
        "usage_type": article["category"]["usageType"],
        "region": place,
        "price_usd": f"{whole}.{rest:09d}",
        "price_unit": pricing["pricingExpression"]["usageUnit"],
        "tier_start": tier["startUsageAmount"],
        "effective_on": pricing.get("effectiveTime"),
        "stated_on": day,
    }
