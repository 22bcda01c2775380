"""The dashboards' files against a release: columns, metrics and filters that are really there.

`scripts/check_superset.py` loads them into a real Superset and looks at them.
"""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipelines.contracts.load import read_yaml
from scripts.check_superset import BUNDLE, PATH_IN_BUNDLE, count_charts, pack_bundle
from tests.conftest import RealWarehouse

DATASETS = {
    content["uuid"]: content
    for path in (BUNDLE / "datasets").rglob("*.yaml")
    if (content := read_yaml(path))
}
CHARTS = [read_yaml(path) for path in sorted((BUNDLE / "charts").glob("*.yaml"))]
DASHBOARDS = [read_yaml(path) for path in sorted((BUNDLE / "dashboards").glob("*.yaml"))]


def write_literal(value: Any) -> str:
    """Return a value of a filter as SQL."""
    if isinstance(value, list):
        return "(" + ", ".join(write_literal(item) for item in value) + ")"
    return f"'{value}'"


def write_query(chart: dict[str, Any]) -> str:
    """Return the SQL that a chart stands for."""
    params, dataset = chart["params"], DATASETS[chart["dataset_uuid"]]
    expressions = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
    columns = params.get("all_columns") or [params["x_axis"], *params["groupby"]]
    metrics = [expressions[name] for name in params["metrics"]]
    where = " and ".join(
        f"{item['subject']} {item['operator'].replace('==', '=').lower()} "
        f"{write_literal(item['comparator'])}"
        for item in params["adhoc_filters"]
    )
    return (
        f"select {', '.join([*columns, *metrics])} from bi.{dataset['table_name']} "
        f"where {where or 'true'}" + (" group by all" if metrics else "")
    )


def test_datasets_have_the_columns_and_words_of_the_release(real_warehouse: RealWarehouse) -> None:
    for dataset in DATASETS.values():
        found = real_warehouse.query(
            "select column_name, data_type, comment from duckdb_columns() "
            f"where schema_name = 'bi' and table_name = '{dataset['table_name']}' "
            "order by column_index"
        )
        told = [(c["column_name"], c["type"], c["description"]) for c in dataset["columns"]]
        assert told == found, dataset["table_name"]


def test_every_chart_finds_rows(real_warehouse: RealWarehouse) -> None:
    assert len(CHARTS) >= 12
    for chart in CHARTS:
        assert real_warehouse.query(write_query(chart)), chart["slice_name"]


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda content: content["slug"])
def test_every_chart_of_a_dashboard_is_in_the_bundle(dashboard: dict[str, Any]) -> None:
    known = {chart["uuid"] for chart in CHARTS}
    parts = [p for p in dashboard["position"].values() if isinstance(p, dict)]
    charts = {part["meta"]["uuid"] for part in parts if part.get("type") == "CHART"}
    assert charts <= known
    assert len(charts) == count_charts(dashboard["slug"]) > 1


def test_dashboards_show_all_charts_between_them() -> None:
    shown = [
        part["meta"]["uuid"]
        for dashboard in DASHBOARDS
        for part in dashboard["position"].values()
        if isinstance(part, dict) and part.get("type") == "CHART"
    ]
    assert sorted(shown) == sorted(chart["uuid"] for chart in CHARTS)


def test_the_bundle_opens_the_release_read_only(tmp_path: Path) -> None:
    slugs = pack_bundle(Path("/a/release.duckdb"), tmp_path / "bundle.zip")
    assert sorted(slugs) == sorted(dashboard["slug"] for dashboard in DASHBOARDS)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        text = archive.read("compute_balance/databases/compute_balance.yaml").decode()
    assert "duckdb:////a/release.duckdb" in text
    assert PATH_IN_BUNDLE not in text
    assert "read_only: true" in text
