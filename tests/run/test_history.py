"""Runs as rows, as figures for Prometheus, as a page and as log lines."""

import json
import logging
import re

import pytest

from pipelines.base.errors import BuildFailed
from pipelines.base.log import RUN_ID, JsonFormatter
from pipelines.run.history import Family, collect_metrics, write_prometheus
from pipelines.run.reports import read_run_reports
from tests.small_project.builder import SmallProject

SAMPLE = re.compile(r'[a-z_]+(\{([a-z_]+="[^"\n]*",?)+\})? -?[0-9.e+]+$')


def read_values(project: SmallProject) -> dict[str, float]:
    """Return the metrics of a warehouse as its file holds them: name with labels -> value."""
    text = (project.settings.status_dir / "metrics.prom").read_text(encoding="utf-8")
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.match(line) for line in samples), samples
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in samples)}


def test_every_run_leaves_metrics_page_and_a_row_of_history(published: SmallProject) -> None:
    (first,) = read_run_reports(published.settings)
    published.change_quote("q05", remark="another")
    model = published.settings.dbt_dir / "models" / "marts" / "reference" / "dim_chip.sql"
    whole = model.read_text(encoding="utf-8")
    model.write_text(f"{whole}union all\n{whole}", encoding="utf-8")
    with pytest.raises(BuildFailed):
        published.run()
    assert read_values(published)['compute_balance_runs{status="failed"}'] == 1
    page = (published.settings.status_dir / "index.html").read_text(encoding="utf-8")
    assert "and failed. What was published stays." in page
    assert "nothing was published" in page
    model.write_text(whole, encoding="utf-8")
    outcome = published.run(live=True)
    values = read_values(published)
    assert values['compute_balance_runs{status="published"}'] == 2
    assert values["compute_balance_run_rows"] == sum(outcome.manifest.rows.values())
    assert values['compute_balance_run_answers{outcome="failed",source="quotes"}'] == 1
    assert values['compute_balance_source_stale{source="quotes"}'] == 1
    assert values["compute_balance_run_peak_bytes"] > 50e6
    rows = published.query(
        "select run_id, status, answers_failed, rows, seconds_models > 0 "
        "from meta.run_history order by run_id"
    )
    assert [row[1] for row in rows] == ["published", "failed", "under_way"]
    assert rows[0] == (first["run_id"], "published", 0, first["rows"], True)
    assert rows[2][2] == 1


def test_text_format_says_help_and_type_and_escapes_labels() -> None:
    family = Family("things", "Things, by name.")
    family.set(2, name='a "quoted"\nname')
    family.set(None, name="nothing")
    assert write_prometheus([family]) == (
        "# HELP compute_balance_things Things, by name.\n"
        "# TYPE compute_balance_things gauge\n"
        'compute_balance_things{name="a \\"quoted\\"\\nname"} 2\n'
    )


def test_metrics_before_the_first_run_tell_of_none(small_project: SmallProject) -> None:
    values = {family.name: family.values for family in collect_metrics(small_project.settings)}
    assert set(values["runs"].values()) == {0}
    assert values["release_created_seconds"] == {}


def test_log_line_is_json_with_its_run() -> None:
    record = logging.LogRecord("a.b", logging.WARNING, __file__, 1, "found %s", ("ü",), None)
    RUN_ID.set("20240101T000000-abcdef")
    try:
        line = json.loads(JsonFormatter().format(record))
    finally:
        RUN_ID.set(None)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "a.b",
        "run_id": "20240101T000000-abcdef",
        "message": "found ü",
    }
