"""`compute-balance completion`: the shell completes commands, options and names of the release."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, get_completion_class

from pipelines.base.settings import Settings

PROGRAM = "compute-balance"
VARIABLE = "_COMPUTE_BALANCE_COMPLETE"
# what a name on the command line is completed from: a query that gives names and words beside them
NAMES = {
    "metric": "select metric, label from meta.metric",
    "chip": "select distinct chip_id, chip_id from marts.dim_chip_alias",
    "country": "select country_code, country_name from marts.dim_country",
}


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a SHELL complete commands, options, metrics, chips and countries.

    For bash: eval "$(compute-balance completion bash)", in ~/.bashrc to keep it.
    """
    from pipelines.cli import cli

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"{shell}: click knows no completion for it")
    click.echo(found(cli, {}, PROGRAM, VARIABLE).source())


class ReleaseName(click.ParamType):
    """A name that stands in the current release; the shell completes it, the command checks it."""

    name = "text"

    def __init__(self, kind: str) -> None:
        """Take the names of a kind, one of `NAMES`."""
        self.kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin like what was typed; none before the first release."""
        from pipelines.answers.ask import ask
        from pipelines.base.errors import ComputeBalanceError
        from pipelines.release.publish import find_readable

        try:
            rows = ask(find_readable(Settings()), f"{NAMES[self.kind]} order by 1").rows
        except ComputeBalanceError:  # nothing is published, or by an older version
            return []
        return [
            CompletionItem(name, help=words)
            for name, words in rows
            if name.lower().startswith(incomplete.lower())
        ]
