"""The release as an asset: an audited build becomes the published file."""

import dagster as dg

from pipelines.assets.keys import AUDIT_KEY, RELEASE_GROUP, RELEASE_KEY, get_owner
from pipelines.assets.metadata import write_markdown_table
from pipelines.run.stages import publish_build
from pipelines.run.state import Run, require_stage, time_stage


@dg.asset(
    key=RELEASE_KEY,
    deps=[AUDIT_KEY],
    description="One row per release (exactly one in each published file): the marts and schema "
    "meta of an audited build, as the file that BI tools open and as Parquet. A build as of an "
    "earlier day stands beside the current release.",
    group_name=RELEASE_GROUP,
    owners=[get_owner(RELEASE_GROUP)],
    kinds={"duckdb", "parquet"},
    tags={"layer": "release"},
)
def release(warehouse_run: dg.ResourceParam[Run]) -> dg.MaterializeResult:
    """Publish the build of this run."""
    run = warehouse_run
    with time_stage(run, "publish"):
        require_stage(run, "audit")
        run.outcome = publish_build(run)
    manifest = run.outcome.manifest
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(run.outcome.path),
            "release_id": manifest.release_id,
            "as_of": manifest.as_of.isoformat(),
            "content_hash": manifest.content_hash,
            "code_version": manifest.code_version,
            "contract_version": manifest.contract_version,
            "dagster/row_count": sum(manifest.rows.values()),
            "rows_per_mart": dg.MetadataValue.md(
                write_markdown_table(["mart", "rows"], sorted(manifest.rows.items()))
            ),
            "empty_marts": ", ".join(manifest.empty_tables),
            **{f"checks_{state}": count for state, count in manifest.checks.items()},
        }
    )
