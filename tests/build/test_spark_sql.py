"""Texts of models in Spark's words: what the two engines mean differently by the same words."""

import re
from pathlib import Path

import pytest

from pipelines.base.errors import BuildFailed
from pipelines.build import spark
from pipelines.build.spark_sql import make_schema, translate
from tests.small_project.builder import SmallProject

COLUMNS = {
    "a": "DOUBLE", "b": "VARCHAR", "d": "DATE", "e": "DATE", "n": "BIGINT", "days": "DATE[]",
    "is_on": "BOOLEAN",
}  # fmt: skip


def say(select: str) -> str:
    """Return Spark's words for a query of one table, on one line and without quotes."""
    text = translate(f"select {select}", make_schema({"raw": {"t": COLUMNS}}))
    return re.sub(r"\s+", " ", text.query.replace("`", "")).replace("( ", "(").replace(" )", ")")


@pytest.mark.parametrize(
    ("duckdb", "spark_text"),
    [
        # days are numbers, boundaries of months count, a month begins on a day
        ("d - e as x", "DATEDIFF(t.d, t.e) AS x"),
        ("d + n as x", "DATE_ADD(t.d, CAST(t.n AS INT)) AS x"),
        ("date_diff('year', d, e) as x", "((year(t.e)) - (year(t.d))) AS x"),
        ("date_trunc('month', d) as x", "TRUNC(t.d, 'MONTH') AS x"),
        # numbers: infinity, rounding, doubles
        ("a / n as x", "IF(t.n = 0, t.a * double('Infinity'), CAST(t.a AS DOUBLE) / "),
        ("a / nullif(n, 0) as x", "t.a / NULLIF(t.n, 0) AS x"),
        ("a::integer as x", "CAST(RINT(t.a) AS INT) AS x"),
        ("1.5 * a as x", "1.5D * t.a AS x"),
        ("log10(a) as x", "LOG10(t.a) AS x"),
        # lists begin at one, and end where they end
        ("days[1] as x", "GET(t.days, CAST(0 AS INT)) AS x"),
        ("days[len(days)] as x", "GET(t.days, CAST(SIZE(t.days) - 1 AS INT)) AS x"),
        ("days[n] as x", "GET(t.days, CAST(t.n - 1 AS INT)) AS x"),
        ("list(a order by n) as x", "ARRAY_SORT(COLLECT_LIST(NAMED_STRUCT('k0', t.n, 'v', t.a)))"),
        # a row whose value is null is not picked from; windows do not count distinct values
        ("arg_max(a, n) as x", "MAX_BY(t.a, t.n) FILTER(WHERE NOT t.a IS NULL) AS x"),
        ("count(distinct b) over () as x", "SIZE(COLLECT_SET(t.b) OVER ()) AS x"),
        (
            "any_value(a) filter (where n > 0) as x",
            "ANY_VALUE(t.a, TRUE) FILTER(WHERE t.n > 0) AS x",
        ),
        (
            "string_agg(distinct b, ',' order by b) filter (where n > 0) as x",
            "ARRAY_JOIN(ARRAY_SORT(COLLECT_SET(t.b) FILTER(WHERE t.n > 0)), ',')) AS x",
        ),
        ("concat('k', b) as x", "CONCAT('k', COALESCE(t.b, '')) AS x"),
        ("quantile_cont(a, [0.5]) as x", "PERCENTILE(t.a, ARRAY(0.5D)) AS x"),
    ],
)
def test_words_that_mean_something_else(duckdb: str, spark_text: str) -> None:
    assert spark_text in say(f"{duckdb} from raw.t")


def test_queries_that_are_built_otherwise() -> None:
    assert say("b from raw.t qualify row_number() over (order by a) = 1").startswith(
        "SELECT numbered.b FROM (SELECT t.b AS b, (ROW_NUMBER() OVER (ORDER BY t.a NULLS LAST) = 1)"
    )
    both = say("a, b from raw.t union all by name select b, a from raw.t")
    assert both.endswith("UNION ALL SELECT branch.a, branch.b FROM (SELECT t.b AS b, t.a AS a "
                         "FROM raw__t AS t) AS branch")  # fmt: skip
    spread = say("concat('k', unnest([1, 2])) as x from raw.t")
    assert "LATERAL VIEW INLINE(ARRAYS_ZIP(ARRAY(1, 2))) spread AS each_0" in spread
    steps = say("unnest([1, 2]) as x, unnest(['a', 'b']) as y from raw.t")
    assert steps.startswith(
        "SELECT spread.each_0 AS x, spread.each_1 AS y FROM raw__t AS t LATERAL"
    )
    assert say("* replace (2 as n) from raw.t").count("AS n") == 1


@pytest.mark.parametrize(
    "query",
    [
        "sum(a) over (order by n rows 2 preceding exclude current row) as x from raw.t",
        "list(a order by n desc) as x from raw.t",
        "string_agg(distinct b, ',' order by b desc) as x from raw.t",
        "nothing from raw.t",
    ],
)
def test_what_cannot_be_said_is_refused(query: str) -> None:
    with pytest.raises(BuildFailed, match="this cannot be said to Spark"):
        say(query)


def test_a_type_has_a_name_on_both_engines() -> None:
    kinds = {
        "STRUCT(low DOUBLE, high DOUBLE)": "struct<low: double, high: double>",
        "VARCHAR[]": "array<string>",
        "HUGEINT": "decimal(38,0)",
        "TIMESTAMP": "timestamp_ntz",
        "INTEGER": "integer",
    }
    assert {kind: spark.name_type(kind) for kind in kinds} == kinds


def test_without_spark_a_run_says_what_to_do(
    small_project: SmallProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.run.pipeline import run_pipeline

    monkeypatch.setattr(spark, "SPARK_PYTHON", tmp_path / "python")
    with pytest.raises(BuildFailed, match="make it with `make spark`"):
        run_pipeline(small_project.settings, master="local[1]")
    assert not small_project.settings.current_path.exists()
