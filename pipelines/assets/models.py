"""dbt models as assets: one step builds them all (or a selection) on the run's build file."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb
from dagster._core.definitions.metadata import RawMetadataValue  # has no public name
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from pipelines.assets.keys import BUILD_KEY, get_model_area, get_model_key, get_owner
from pipelines.assets.manifest import ParsedProject, require_unchanged
from pipelines.assets.metadata import describe_relation
from pipelines.base.environment import set_environment
from pipelines.base.errors import BuildFailed
from pipelines.base.settings import Settings
from pipelines.build.kept import forget_build
from pipelines.build.models import (
    BUILD_COMMAND,
    get_dbt_environment,
    get_results_path,
    get_target_dir,
)
from pipelines.build.register import open_build
from pipelines.run.stages import take_models
from pipelines.run.state import Run, time_stage


class ModelTranslator(DagsterDbtTranslator):
    """Keys, groups, owners and tags of models; sources get the keys of the source tables."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return schema and name of a model; a source says its key in its generated meta."""
        if dbt_resource_props["resource_type"] == "model":
            return get_model_key(dbt_resource_props)
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the area of a model."""
        if dbt_resource_props["resource_type"] == "model":
            return get_model_area(dbt_resource_props)
        return super().get_group_name(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Return who answers for a model: the owner of its area."""
        return [get_owner(get_model_area(dbt_resource_props))]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the layer of a model, beside dbt's own tags."""
        tags = super().get_tags(dbt_resource_props)
        return {**tags, "layer": dbt_resource_props["fqn"][1]}

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the description as written: it begins with the grain; the SQL is in the file."""
        return dbt_resource_props["description"].strip()


def make_model_assets(parsed: ParsedProject) -> dg.AssetsDefinition:
    """Return the step that runs dbt: all models with the tests of their data, or a selection."""

    @dbt_assets(manifest=parsed.manifest, dagster_dbt_translator=ModelTranslator(), name="models")
    def models(
        context: dg.AssetExecutionContext,
        warehouse_run: dg.ResourceParam[Run],
        dbt: DbtCliResource,
    ) -> Iterator[object]:
        run = warehouse_run
        settings = run.settings
        # the release rests on a stage `models` that left out neither a model nor a test
        stage = "models of a selection" if context.is_subset else "models"
        events: list[Any] = []
        failure: BuildFailed | None = None
        try:
            with time_stage(run, stage):
                _require_build(run)
                require_unchanged(parsed, settings)
                # in a selection, a test waits for a build that holds all models it refers to
                waits = "buildable" if context.is_subset else "eager"
                get_results_path(settings).unlink(missing_ok=True)
                with set_environment(
                    get_dbt_environment(settings) | {"DBT_INDIRECT_SELECTION": waits}
                ):
                    invocation = dbt.cli(
                        BUILD_COMMAND,
                        context=context,
                        target_path=get_target_dir(settings),
                        raise_on_error=False,
                    )
                    # dbt's process has the build file to itself: events wait until it has ended
                    events += invocation.stream()
                take_models(run)
        except BuildFailed as error:
            failure = error
        if events:
            yield from _add_metadata(settings, parsed.manifest, events)
        if failure:
            raise failure

    return models


def _require_build(run: Run) -> None:
    settings = run.settings
    if not any(item.stage == "register" for item in run.record.stages):
        # models of whatever code now stand on a build of another run
        forget_build(settings)
    if not settings.build_path.exists():
        raise BuildFailed(
            f"{settings.build_path}: there is no build file yet; select "
            f"{BUILD_KEY.to_user_string()} too, or launch the whole pipeline"
        )


def _add_metadata(
    settings: Settings, manifest: Mapping[str, Any], events: list[Any]
) -> Iterator[object]:
    connection = open_build(settings)
    try:
        for event in events:
            if isinstance(event, dg.Output):
                node = manifest["nodes"][event.metadata["unique_id"].text]
                metadata = _describe_model(connection, node)
                yield event.with_metadata({**event.metadata, **metadata})
            else:
                yield event
    finally:
        connection.close()


def _describe_model(
    connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]
) -> dict[str, RawMetadataValue]:
    """Return what a materialization shows of a model, beside the columns of its definition.

    Rows and the newest known day are counted, but for views further on than staging: those are
    whole steps of a model, which whoever reads them works out. A few rows stand at marts alone:
    each word is kept once per run.
    """
    if node["config"]["materialized"] == "view" and node["fqn"][1] != "staging":
        return {}
    return describe_relation(connection, node["relation_name"], node["fqn"][1] == "marts")
