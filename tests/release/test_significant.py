"""The macro that rounds published quantiles to four significant digits, on the engine itself."""

import re

import duckdb
import pytest

from pipelines.base.settings import Settings


@pytest.fixture(scope="module")
def macro() -> str:
    """Return the macro's SQL with `{value}` where its argument goes."""
    text = (Settings().dbt_dir / "macros" / "significant.sql").read_text(encoding="utf-8")
    body = re.search(r"macro significant\(value\) -%\}(.*?)\{%- endmacro", text, re.DOTALL).group(1)
    return body.replace("{{ value }}", "{value}")


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("123456.0", 123500.0),
        ("0.000123456", 0.0001235),
        ("-98765.4", -98770.0),
        ("9999.5", 10000.0),
        ("1000.0", 1000.0),
        ("2.05", 2.05),
        ("1e12 + 1", 1e12),
        ("0.0", 0.0),
        ("null::double", None),
    ],
)
def test_four_digits_stay(macro: str, value: str, rounded: float | None) -> None:
    # beside other values, as in a column: a case of zero alone would be computed beforehand
    rows = duckdb.execute(
        f"select {macro.format(value='x')} from (values (1, {value}::double), (2, 1.0::double)) "
        "as t (i, x) order by i"
    ).fetchall()
    assert rows == [(rounded,), (1.0,)]


@pytest.mark.parametrize("exponent", range(-8, 13))
def test_error_is_at_most_half_of_the_fourth_digit(macro: str, exponent: int) -> None:
    # the fourth digit of a number from 1000 to 9999 is worth one
    worst = duckdb.execute(
        f"select max(abs({macro.format(value='x')} - x) / pow(10, {exponent} - 3)) from "
        f"(select i * pow(10, {exponent}) / 99991 as x from range(99991, 999910, 7919) as t (i))"
    ).fetchone()[0]
    assert worst <= 0.5 + 1e-6


def test_rounding_twice_changes_nothing(macro: str) -> None:
    once = macro.format(value="x")
    twice = macro.format(value=f"({once})")
    changed = duckdb.execute(
        f"select count(*) from (select exp(i / 97.0) as x from range(-900, 900) as t (i)) "
        f"where {once} <> {twice}"
    ).fetchone()[0]
    assert changed == 0
