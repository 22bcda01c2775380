"""Running dbt on the build file, in this process, and reading back what it did."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.base.environment import set_environment
from pipelines.base.errors import BuildFailed, MachineFault
from pipelines.base.faults import SHOWN, describe_room, is_room_message
from pipelines.base.files import read_mapping
from pipelines.base.settings import Settings

logger = logging.getLogger(__name__)

# All models and the tests of their data. Unit tests have rows of their own and say nothing about a
# build; they are for whoever changes a model, and run with the test suite.
BUILD_COMMAND = ["build", "--exclude-resource-type", "unit_test"]
# rows of a failed test that its message tells
SHOWN_ROWS = 3


@dataclass(frozen=True)
class NodeResult:
    """What dbt did with one model or test."""

    unique_id: str
    name: str
    kind: str  # model or test
    status: str  # success, pass, warn, fail, error, skipped
    seconds: float
    failures: int | None
    message: str | None


def get_dbt_executable() -> Path:
    """Return the `dbt` of this environment; it need not stand on PATH."""
    return Path(sys.executable).with_name("dbt")


def get_dbt_environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables that the dbt profile reads."""
    return {
        "COMPUTE_BALANCE_BUILD_PATH": str(settings.build_path),
        "COMPUTE_BALANCE_MEMORY_LIMIT": settings.memory_limit,
        "COMPUTE_BALANCE_THREADS": str(settings.threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_PROFILES_DIR": str(settings.dbt_dir),
    }


def get_target_dir(settings: Settings) -> Path:
    """Return dbt's target folder: per warehouse, kept between runs so that parsing stays warm."""
    return settings.build_dir / "dbt"


def run_dbt(
    settings: Settings,
    arguments: list[str],
    report: Callable[[NodeResult], None] = lambda result: None,
) -> list[NodeResult]:
    """Run one dbt command in this process.

    Args:
        settings: where project and build file are.
        arguments: command and options, for example `["build"]`.
        report: called with each finished node, for progress.

    Returns:
        The nodes' results; dbt's own artifacts lie in the target folder.

    Raises:
        BuildFailed: a model failed, or a test of error severity did; names them with messages.
    """
    from dbt.cli.main import dbtRunner
    from dbt_common.events.base_types import EventLevel

    results: list[NodeResult] = []

    def follow(event: Any) -> None:  # a message of protobuf, whose classes are made at run time
        if event.info.name == "NodeFinished":
            node = _to_result(event.data.node_info, event.data.run_result)
            results.append(node)
            report(node)
        elif event.info.level == EventLevel.ERROR:
            # where dbt itself was when the machine failed it helps nobody but who asks for it
            level = logging.INFO if "Traceback (most" in event.info.msg else logging.ERROR
            logger.log(level, "dbt: %s", event.info.msg)

    target = get_target_dir(settings)
    options = [
        "--project-dir", str(settings.dbt_dir),
        "--profiles-dir", str(settings.dbt_dir),
        "--target-path", str(target),
        "--log-path", str(target / "logs"),
        "--quiet",
        "--log-level", "none",
    ]  # fmt: skip
    with set_environment(get_dbt_environment(settings)):
        outcome = dbtRunner(callbacks=[follow]).invoke([*arguments, *options])
    _let_go_of_build_file()
    ran = getattr(outcome.result, "results", None) or []
    results = show_failing_rows(
        settings,
        results,
        {r.node.unique_id: code for r in ran if (code := getattr(r.node, "compiled_code", None))},
    )
    require_room_left(settings, results, outcome.exception)
    require_success(results)
    if not outcome.success:
        raise BuildFailed(f"dbt {arguments[0]} failed: {outcome.exception or 'see the messages'}")
    return results


def show_failing_rows(
    settings: Settings, results: list[NodeResult], queries: dict[str, str]
) -> list[NodeResult]:
    """Return the results with the first rows that each failed test found added to its message.

    Args:
        settings: where the build file is.
        results: the nodes' results.
        queries: compiled SQL by unique id; it gives the rows that a test objects to.
    """
    failed = [r for r in results if r.kind == "test" and r.status == "fail"]
    if not failed:
        return results
    shown: dict[str, str] = {}
    with duckdb.connect(str(settings.build_path)) as connection:
        for result in failed:
            found = connection.execute(
                f"select * from ({queries[result.unique_id]}) limit {SHOWN_ROWS}"
            )
            names = [column[0] for column in found.description]
            rows = [
                ", ".join(f"{n} = {v}" for n, v in zip(names, row, strict=True) if v is not None)
                for row in found.fetchall()
            ]
            shown[result.unique_id] = "; first: " + "; ".join(rows)
    return [
        replace(r, message=f"{r.message}{shown[r.unique_id]}") if r.unique_id in shown else r
        for r in results
    ]


def require_room_left(
    settings: Settings, results: list[NodeResult], exception: BaseException | None
) -> None:
    """Say so where dbt failed for want of room.

    Raises:
        MachineFault: the disk is full.
    """
    said = [str(node.message) for node in results if node.status in ("error", "fail")]
    said += [str(exception)] if exception else []
    for message in said:
        if is_room_message(message):
            raise MachineFault(describe_room(" ".join(message.split())[:SHOWN], settings))


def require_success(results: list[NodeResult]) -> None:
    """Refuse a build in which a node failed.

    Raises:
        BuildFailed: names the failed models and tests with their messages.
    """
    bad = [node for node in results if node.status in ("error", "fail")]
    if bad:
        lines = [f"  {node.kind} {node.name}: {node.message}" for node in bad[:10]]
        raise BuildFailed(
            f"dbt: {len(bad)} of {len(results)} nodes failed; nothing was published\n"
            + "\n".join(lines)
        )


def get_results_path(settings: Settings) -> Path:
    """Return where dbt leaves the results of its last command."""
    return get_target_dir(settings) / "run_results.json"


def read_results(settings: Settings, manifest: dict) -> list[NodeResult]:
    """Return the nodes' results that a dbt process of its own has left in the target folder."""
    content = json.loads(get_results_path(settings).read_text(encoding="utf-8"))
    queries = {item["unique_id"]: item.get("compiled_code") for item in content["results"]}
    nodes = manifest["nodes"] | manifest["unit_tests"] | manifest["exposures"]
    results = [
        NodeResult(
            unique_id=item["unique_id"],
            name=nodes[item["unique_id"]]["name"],
            kind=nodes[item["unique_id"]]["resource_type"],
            status=item["status"],
            seconds=item["execution_time"],
            failures=item["failures"],
            message=item["message"] or None,
        )
        for item in content["results"]
    ]
    return show_failing_rows(settings, results, queries)


def _let_go_of_build_file() -> None:
    """Close the connection that dbt would keep until the process ends.

    DuckDB shares open files by path: while the connection is open, a second build in the same
    process would be handed the deleted file of the first one.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.duckdb.environments import Environment

    environment: Environment | None = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()


def _to_result(node_info: Any, run_result: Any) -> NodeResult:
    """Return what dbt's messages of a finished node say; their classes are made at run time."""
    return NodeResult(
        unique_id=node_info.unique_id,
        name=node_info.node_name,
        kind=node_info.resource_type,
        status=run_result.status,
        seconds=run_result.execution_time,
        failures=run_result.num_failures,
        message=run_result.message or None,
    )


def read_manifest(settings: Settings) -> dict:
    """Return dbt's manifest of the last command."""
    path = get_target_dir(settings) / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))


def count_nodes(settings: Settings) -> int | None:
    """Return how many models and tests the last command knew; None before the first.

    A manifest that was cut when its run was killed says nothing; the next command writes another.
    """
    known = read_mapping(get_target_dir(settings) / "manifest.json").get("nodes")
    if known is None:
        return None
    nodes = known.values()
    return sum(node["resource_type"] in ("model", "test") for node in nodes)


def find_source_ancestors(manifest: dict, model_id: str) -> set[tuple[str, str]]:
    """Return the (source_id, table) pairs that a model rests on, through any number of models."""
    found: set[tuple[str, str]] = set()
    seen: set[str] = set()
    open_ids = [model_id]
    while open_ids:
        unique_id = open_ids.pop()
        if unique_id in seen:
            continue
        seen.add(unique_id)
        if unique_id.startswith("source."):
            source = manifest["sources"][unique_id]
            found.add((source["source_name"], source["name"]))
        else:
            open_ids += manifest["parent_map"].get(unique_id, [])
    return {pair for pair in found if pair[0] != "build"}
