"""Models in steps: what is used more than once is carried out once; recursion ends by itself."""

import pytest

from pipelines.base.errors import BuildFailed
from pipelines.build.spark_sql import SparkText, make_schema, translate

SCHEMA = make_schema({"raw": {"t": {"id": "INTEGER", "parent": "INTEGER", "size": "DOUBLE"}}})


def split(text: str) -> SparkText:
    return translate(text, SCHEMA)


def name_steps(text: SparkText) -> list[str | None]:
    return [step["name"] for step in text.steps]


def test_what_costs_and_is_used_twice_is_a_step() -> None:
    text = split("""
        with plain as (select id, size from raw.t where size > 0),
        sums as (select id, sum(size) as size from plain group by id),
        doubled as (select sums.id, 2 * sums.size as size from sums)
        select a.id, a.size, b.size as other, plain.size as own
        from doubled as a inner join doubled as b on a.id = b.id inner join plain on a.id = plain.id
    """)
    # `sums` is used once, by what is used twice
    assert name_steps(text) == ["doubled"]
    assert "`sums` AS (" in str(text.steps[0]["sql"])
    assert "`plain` AS (" in text.query
    assert "`sums`" not in text.query


def test_a_recursion_has_first_rows_and_next_rows() -> None:
    text = split("""
        with recursive rows_of as (select id, parent from raw.t),
        lines as (
            select id, parent, 0 as steps from rows_of
            union all
            select rows_of.id, lines.parent, lines.steps + 1 as steps
            from lines inner join rows_of on lines.parent = rows_of.id
        )
        select id, max(steps) as steps from lines group by id
    """)
    (step,) = text.steps
    assert step["name"] == "lines"
    assert "UNION" not in str(step["sql"])
    assert "FROM `lines`" in str(step["again"])
    assert "`rows_of` AS (" in str(step["again"])
    assert "RECURSIVE" not in text.query + str(step["sql"]) + str(step["again"])


def test_a_recursion_of_distinct_rows_is_refused() -> None:
    lines = "lines as (select id from raw.t union select id + 1 as id from lines where id < 9)"
    with pytest.raises(BuildFailed, match="this cannot be said to Spark: the recursion of lines"):
        split(f"with recursive {lines} select * from lines")


def test_places_in_lists_of_unknown_type_begin_at_zero() -> None:
    text = split(
        "select (quantile_cont(size, [0.05, 0.5]) filter (where id > 0))[2] as x from raw.t"
    )
    assert "CAST(1 AS INT)" in text.query
    assert "CAST(2 AS INT)" not in text.query


def test_a_named_window_keeps_its_order() -> None:
    text = split("""
        select id, row_number() over falling as place from raw.t
        window falling as (partition by parent order by size desc)
    """)
    assert "(PARTITION BY `t`.`parent` ORDER BY `t`.`size` DESC)" in text.query


def test_a_named_window_in_a_condition_is_spelt_out() -> None:
    text = split("""
        select id from raw.t
        window one as (partition by parent order by size)
        qualify size is distinct from lag(size) over one
    """)
    assert "(PARTITION BY `t`.`parent` ORDER BY `t`.`size` NULLS LAST)" in text.query
