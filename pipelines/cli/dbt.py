"""`compute-balance dbt`: dbt on a copy of the last build, to see what a changed model gives."""

from __future__ import annotations

import click

from pipelines.base.settings import Settings


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--fresh", is_flag=True, help="Copy the last build again, whatever was changed.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dbt(fresh: bool, arguments: tuple[str, ...]) -> None:
    """Run dbt with ARGUMENTS on a copy of the last build; without any only make the copy.

    For example: compute-balance dbt build --select dim_chip+. What it gives is asked with
    compute-balance ask --copy "from dim_chip". No run reads the copy, and nothing of it is
    published. Ends with dbt's exit code.
    """
    from pipelines.base.errors import LockHeld
    from pipelines.build.by_hand import copy_build, get_copy_path, run_dbt_by_hand
    from pipelines.release.lock import describe_holder, is_held

    settings = Settings()
    if is_held(settings.lock_path):
        raise LockHeld(f"the build is being made by {describe_holder(settings.lock_path)}")
    if copy_build(settings, fresh):
        click.echo(f"copied the last build to {get_copy_path(settings)}", err=True)
    if arguments:
        raise SystemExit(run_dbt_by_hand(settings, list(arguments)))
