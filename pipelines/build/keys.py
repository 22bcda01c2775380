"""Testing the keys of all tables of a build at once, on connections of this process.

Nearly every model states its key in a `unique_key` test, and dbt spends more time on getting ready
for each of these tests than the test takes. A run leaves them out of its dbt command and asks them
here. What is asked is the text of the project's own macro; by hand and in Dagster dbt asks it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import duckdb
from jinja2 import Environment

from pipelines.base.errors import BuildFailed
from pipelines.base.rows import fetch_value
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.build.models import (
    BUILD_COMMAND,
    NodeResult,
    read_manifest,
    require_success,
    run_dbt,
    show_failing_rows,
)

KEY_TEST = "unique_key"
# options of dbt's command that leave out what is asked here
WITHOUT_KEYS = ["--exclude", f"test_name:{KEY_TEST}"]
_MACRO = re.compile(r"{%-?\s*test\b.*?%}(?P<body>.*){%-?\s*endtest\s*-?%}", re.DOTALL)


def list_key_queries(manifest: dict) -> dict[str, str]:
    """Return the query of every test of a key by unique id; it gives the rows that offend.

    Args:
        manifest: dbt's manifest.

    Raises:
        BuildFailed: the project has such tests and no macro of that name.
    """
    nodes = manifest["nodes"]
    asked = {
        unique_id: node
        for unique_id, node in nodes.items()
        if (node.get("test_metadata") or {}).get("name") == KEY_TEST and node.get("attached_node")
    }
    if not asked:
        return {}
    macro = manifest["macros"].get(f"macro.{manifest['metadata']['project_name']}.test_{KEY_TEST}")
    found = _MACRO.search(macro["macro_sql"]) if macro else None
    if found is None:
        raise BuildFailed(
            f"dbt: found no test {KEY_TEST} among the project's macros, which {len(asked)} models "
            f"ask for; write it as {{% test {KEY_TEST}(model, columns) %}}"
        )
    template = Environment(autoescape=False).from_string(found["body"])
    return {
        unique_id: template.render(
            model=_select_rows(nodes[node["attached_node"]], node["config"].get("where")),
            columns=node["test_metadata"]["kwargs"]["columns"],
        ).strip()
        for unique_id, node in asked.items()
    }


def _select_rows(model: dict, where: str | None) -> str:
    """Return what a test reads of a model, in the words of dbt where it reads some rows only."""
    relation = name_relation(model)
    return f"(select * from {relation} where {where}) dbt_subquery" if where else relation


def name_relation(node: dict) -> str:
    """Return the relation of a model of dbt's manifest as queries name it."""
    return f"{quote_name(node['schema'])}.{quote_name(node['alias'])}"


def build_and_test(
    settings: Settings, report: Callable[[NodeResult], None] = lambda result: None
) -> list[NodeResult]:
    """Build all models with dbt, with the tests of their data, and test all keys after it.

    Args:
        settings: where project and build file are.
        report: called with each finished model and test, for progress.

    Returns:
        The results of all models and tests.

    Raises:
        BuildFailed: a model failed, or a test of error severity did. Where a model failed, the keys
            of what was built until then are told too: a doubled key may be why.
    """
    try:
        results = run_dbt(settings, [*BUILD_COMMAND, *WITHOUT_KEYS], report)
    except BuildFailed as error:
        try:
            require_success(ask_keys(settings, only_built=True))
        except duckdb.Error:
            raise error from None
        except BuildFailed as doubled:
            raise BuildFailed(f"{error}\n{doubled}") from error
        raise
    keys = ask_keys(settings, report)
    require_success(keys)
    return results + keys


def ask_keys(
    settings: Settings,
    report: Callable[[NodeResult], None] = lambda result: None,
    only_built: bool = False,
) -> list[NodeResult]:
    """Ask every test of a key of the build file, several at a time.

    Args:
        settings: where the build file and dbt's manifest of it are.
        report: called with each result, for progress.
        only_built: leave out the models that are not in the file.

    Returns:
        One result per test, as dbt would tell it.

    Raises:
        duckdb.Error: a test cannot be answered, for example because its table is missing.
    """
    manifest = read_manifest(settings)
    nodes = manifest["nodes"]
    queries = list_key_queries(manifest)
    results: list[NodeResult] = []
    with duckdb.connect(str(settings.build_path)) as connection:
        if only_built:
            built = _list_built(connection)
            queries = {
                unique_id: query
                for unique_id, query in queries.items()
                if name_relation(nodes[nodes[unique_id]["attached_node"]]) in built
            }
        connection.execute(f"set memory_limit = {quote_text(settings.memory_limit)}")
        connection.execute(f"set threads = {int(settings.threads)}")
        with ThreadPoolExecutor(max_workers=settings.threads) as pool:
            counts = pool.map(partial(_count, connection), queries.values())
            for unique_id, (offences, seconds) in zip(queries, counts, strict=True):
                results.append(_make_result(nodes[unique_id], offences, seconds))
                report(results[-1])
    return show_failing_rows(settings, results, queries)


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, float]:
    began = time.monotonic()
    with connection.cursor() as cursor:
        offences = fetch_value(cursor, f"select count(*) from ({query})")
    return offences, time.monotonic() - began


def _make_result(node: dict, offences: int, seconds: float) -> NodeResult:
    status = "pass"
    if offences:
        severity = str((node.get("config") or {}).get("severity") or "error").lower()
        status = "warn" if severity.startswith("warn") else "fail"
    return NodeResult(
        unique_id=node["unique_id"],
        name=node["name"],
        kind="test",
        status=status,
        seconds=seconds,
        failures=offences,
        message=f"Got {offences} results, configured to fail if != 0" if offences else None,
    )


def _list_built(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the relations of a build file as queries name them."""
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "union all select schema_name, view_name from duckdb_views()"
    ).fetchall()
    return {f"{quote_name(schema)}.{quote_name(name)}" for schema, name in found}
