"""The order in which sources are taken in: ids are provided before they are referred to."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from pipelines.base.errors import ContractError
from pipelines.contracts.model import Contract


def order_sources(contracts: list[Contract]) -> list[Contract]:
    """Order sources so that ids are provided before they are referred to.

    Raises:
        ContractError: an entity has no provider, or two sources need each other; says of which
            sources.
    """
    providers: dict[str, set[str]] = {}
    for contract in contracts:
        for table in contract.tables:
            for entity in table.provides:
                providers.setdefault(entity, set()).add(contract.source_id)
    needs: dict[str, set[str]] = {}
    for contract in contracts:
        wanted = {
            column.references
            for table in contract.tables
            for column in table.columns.values()
            if column.references
        }
        for entity in sorted(wanted - providers.keys()):
            raise ContractError(
                f"{contract.folder}/contract.yml: a column references {entity}, but no table of "
                f"any source provides {entity} ids",
                (contract.source_id,),
            )
        needs[contract.source_id] = {
            provider for entity in wanted for provider in providers[entity]
        } - {contract.source_id}
    by_id = {contract.source_id: contract for contract in contracts}
    try:
        return [by_id[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        circle = tuple(dict.fromkeys(error.args[1]))
        raise ContractError(
            f"sources refer to each other in a circle: {error.args[1]}", circle
        ) from error


def order_usable(
    contracts: list[Contract], told: dict[str, str], may_lack_providers: bool
) -> list[Contract]:
    """Order sources; those that no order can hold come last and are told what is wrong."""
    aside: list[Contract] = []
    while True:
        try:
            return order_sources(contracts) + aside
        except ContractError as error:
            wrong = [c for c in contracts if c.source_id in error.source_ids]
            if not wrong:
                raise
            if not may_lack_providers or "circle" in str(error):
                told |= {contract.source_id: str(error) for contract in wrong}
            aside += wrong
            contracts = [contract for contract in contracts if contract not in wrong]
