"""Where labels of chips, organisations, countries and policies are used, as contracts say.

`source generate` writes the model that counts them, so that a new source is counted by its contract
alone. What leads to no id is judged by the models that read it.
"""

from __future__ import annotations

from pipelines.contracts.model import Contract, Table
from pipelines.contracts.staging import HEADER, get_staging_name

MODEL = "int_upkeep__stated_labels"
PATH = f"intermediate/upkeep/{MODEL}.sql"
COUNTED = ("chip", "organisation", "country", "policy")
# weight in a contract -> column of the model
WEIGHTS = {"units": "units", "h100e": "h100e_8bit", "usd": "usd", "flop": "training_flop"}


def list_label_uses(contracts: list[Contract]) -> list[tuple[str, Contract, Table, str]]:
    """Return entity, contract, table and staged column of every use of a label.

    Lists that say what a label means do not use it, and lists of several labels are no labels.
    """
    uses = []
    for contract in contracts:
        own = {entity for table in contract.tables for entity in table.provides}
        for table in contract.tables:
            if table.repeats_labels:
                continue
            for name, column in table.columns.items():
                entity = column.references
                if entity in COUNTED and entity not in own and column.separator is None:
                    uses.append((str(entity), contract, table, column.rename or name))
    return uses


def write_labels_model(contracts: list[Contract]) -> str:
    """Return the dbt model that counts the labels of all tables, with what stands behind them."""
    lines = [
        f"-- {HEADER}",
        "-- Labels as tables of sources use them, with the weight that a contract states.",
        "{{ config(materialized='view') }}",
        "{%- set uses = [",
    ]
    for entity, contract, table, column in list_label_uses(contracts):
        weighs = ", ".join(f"{name!r}: {sql!r}" for name, sql in table.weighs.items())
        model = get_staging_name(contract, table)
        lines.append(f"    ({entity!r}, {model!r}, {column!r}, {{{weighs}}}),")
    lines.append("] %}")
    weights = [
        f"    {{{{ ordered_sum(weighs.get({weight!r})) }}}}::double as {name},"
        for weight, name in WEIGHTS.items()
    ]
    lines += [
        "{%- for entity, model, column, weighs in uses %}",
        "select",
        "    '{{ entity }}' as entity,",
        "    '{{ model }}' as used_in_table,",
        "    '{{ column }}' as used_in_column,",
        "    {{ column }} as label,",
        "    count(*) as row_count,",
        *weights,
        "from {{ ref(model) }}",
        "where {{ column }} is not null",
        "group by {{ column }}",
        "{%- if not loop.last %}",
        "",
        "union all",
        "{% endif -%}",
        "{%- endfor %}",
    ]
    return "\n".join(lines) + "\n"
