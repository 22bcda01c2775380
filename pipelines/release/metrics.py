"""The metrics of a release, as rows of `meta.metric`, out of dbt's semantic layer.

They are stated once, in `dbt/models/semantic`. Here their parts become plain SQL that any tool can
put together; asking one belongs in `answers/metrics.py`.
"""

from __future__ import annotations

import re
from typing import Any

import duckdb

from pipelines.release.write_meta import insert_rows

# how dbt's aggregations are called in SQL
AGGREGATIONS = {"sum": "sum", "average": "avg", "count": "count", "max": "max", "min": "min"}
_DIMENSION = re.compile(r"\{\{\s*Dimension\('\w+?__(\w+)'\)\s*\}\}")


def write_metrics(connection: duckdb.DuckDBPyConnection, manifest: dict) -> None:
    """Fill `meta.metric` with the metrics of the project; a project without any leaves it empty.

    Args:
        connection: to the build.
        manifest: dbt's manifest of the build.
    """
    measures = {}
    for model in manifest.get("semantic_models", {}).values():
        for measure in model["measures"]:
            measures[measure["name"]] = (model, measure)
    metrics = sorted(manifest.get("metrics", {}).values(), key=lambda metric: metric["name"])
    insert_rows(connection, "metric", [_make_row(m, measures, manifest) for m in metrics])


def _make_row(metric: dict[str, Any], measures: dict[str, Any], manifest: dict) -> tuple:
    meta, parts = metric["config"]["meta"], metric["type_params"]
    words = (
        metric["name"],
        metric["label"],
        meta["label_zh"],
        metric["description"],
        meta["unit"],
        metric["type"],
    )
    never = ", ".join(meta.get("never_add_over", [])) or None
    if metric["type"] == "ratio":
        two = (parts["numerator"]["name"], parts["denominator"]["name"])
        return (*words, *[None] * 6, False, None, *two, never)
    model, measure = measures[parts["measure"]["name"]]
    node = manifest["nodes"][model["depends_on"]["nodes"][0]]
    time = model["defaults"]["agg_time_dimension"]
    grains = [
        d["type_params"]["time_granularity"] for d in model["dimensions"] if d["name"] == time
    ]
    filters = (metric["filter"] or {}).get("where_filters") or []
    condition = " and ".join(
        " ".join(_DIMENSION.sub(r"\1", f["where_sql_template"]).split()) for f in filters
    )
    return (
        *words,
        node["schema"],
        node["alias"],
        f"{AGGREGATIONS[measure['agg']]}({measure['expr']})",
        condition or None,
        time,
        grains[0],
        measure["non_additive_dimension"] is not None,
        ", ".join(d["name"] for d in model["dimensions"]),
        None,
        None,
        never,
    )
