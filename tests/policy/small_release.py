"""A small release for the commands that answer about rules, made by the project's own SQL.

The marts that these commands read, for some chips and countries, in a file where a release stands.
It holds no other marts, and of `meta` the policy inbox alone.
"""

from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.sql import quote_text
from pipelines.release.meta_tables import META_TABLES

from .sql_engine import CLAUSES, DATABASE, STATUS, compile_program, run_sql
from .sql_rows import read_embedded_rows

MARTS = (
    STATUS,
    CLAUSES,
    "dim_chip",
    "dim_chip_alias",
    "dim_country",
    "dim_policy",
    "dim_buyer",
    "dim_buyer_name",
    "fct_buyer_term",
    "fct_buyer_status",
    "fct_policy_term",
)
INBOX = "int_policy__inbox"
CHIPS = (
    "nvidia-h20",
    "nvidia-h100-sxm",
    "nvidia-h100-pcie",
    "nvidia-h800",
    "nvidia-h200",
    "nvidia-l20",
    "nvidia-l40",
    "nvidia-rtx-4090",
    "google-tpu-v5e",
    "huawei-ascend-910b",
    "domestic-other",
)
COUNTRIES = ("US", "CN", "HK", "JP", "RU", "DE", "MY", "AE", "PR")
AS_OF = date(2026, 11, 1)


def write_release(path: Path, dbt_folder: Path) -> None:
    """Run the SQL and write what the commands read into a database file."""
    program = compile_program(dbt_folder, (*MARTS, INBOX))
    rows = read_embedded_rows(program.needed)
    for name in ("chip_specs", "chips"):
        rows[name] = [row for row in rows[name] if row["chip_id"] in CHIPS]
    rows["countries"] = [row for row in rows["countries"] if row["country_code"] in COUNTRIES]
    # what the repository has settled stands open here, so that there is an inbox to work on
    rows["policy_reviews"] = []
    connection = run_sql(program, rows, AS_OF)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"attach {quote_text(str(path))} as release")
    for schema in ("marts", "meta"):
        connection.execute(f"create schema release.{schema}")
    for mart in MARTS:
        connection.execute(f"create table release.marts.{mart} as from {DATABASE}.marts.{mart}")
    columns = ", ".join(
        "document_url as url" if name == "url" else name
        for name in META_TABLES["policy_inbox"].columns
    )
    connection.execute(
        f"create table release.meta.policy_inbox as "
        f"select {columns} from {DATABASE}.intermediate.{INBOX}"
    )
    connection.close()


def read_release(path: Path, query: str) -> list[tuple]:
    """Ask a release, read-only."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()
