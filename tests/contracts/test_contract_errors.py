"""A wrong contract is refused with the file, the field, what was found and what was expected."""

import pytest

from pipelines.base.errors import ContractError
from pipelines.contracts.load import discover_contracts, load_contract, load_contracts
from pipelines.contracts.sql_check import find_sql_faults
from pipelines.ingest.order import order_sources
from pipelines.ingest.parsers import has_parser
from tests.small_project.builder import SmallProject

# name of the break, text replaced in the contract of the quotes, new text, what the message says
BREAKS = {
    "unknown_field": (
        "cadence: irregular",
        "cadence: irregular\nambition: high",
        ("ambition: Extra inputs are not permitted", "'high'"),
    ),
    "unknown_type": (
        "chip_id: {type: VARCHAR",
        "chip_id: {type: TEXT",
        ("tables.0.columns.chip_id.type", "'VARCHAR'", "found 'TEXT'"),
    ),
    "number_without_unit": (
        "usd_per_hour_p05: {type: DOUBLE, unit: usd_per_hour,",
        "usd_per_hour_p05: {type: DOUBLE,",
        ("tables.0.columns.usd_per_hour_p05", "a number needs a unit"),
    ),
    "bound_on_text": (
        "remark: {type: VARCHAR, max_length: 40",
        "remark: {type: VARCHAR, min: 1",
        ("tables.0.columns.remark", "min and max are for DOUBLE and BIGINT"),
    ),
    "key_without_column": (
        "key: [quote_id]",
        "key: [quote_number]",
        ("tables.0", "a column that is missing: quote_number"),
    ),
    "share_above_one": (
        "max_rejected_share: 0.2",
        "max_rejected_share: 20",
        ("max_rejected_share", "less than or equal to 1", "found 20"),
    ),
    "no_grain": (
        "description: One row per quote.",
        "description: Quotes.",
        ("tables.0.description", "One row per", "found 'Quotes.'"),
    ),
    "unknown_area": (
        "area: prices",
        "area: weather",
        ("area", "'reference', 'policy'", "found 'weather'"),
    ),
    "unknown_terms": (
        "redistribution: allowed",
        "redistribution: maybe",
        ("publishers.0.redistribution", "facts_only", "found 'maybe'"),
    ),
    "registry_with_address": (
        "kind: connector",
        "kind: registry",
        ("(whole file)", "a registry is kept by people"),
    ),
    "other_folder_name": (
        "source_id: quotes",
        "source_id: offers",
        ("source_id: found 'offers'", "expected the name of its folder, 'quotes'"),
    ),
    "pattern_that_cannot_be": (
        "chip_id: {type: VARCHAR",
        'chip_id: {type: VARCHAR, pattern: "^("',
        ("tables.0.columns.chip_id", "pattern '^(' cannot be"),
    ),
    "two_columns_renamed_alike": (
        "remark: {type: VARCHAR,",
        "remark: {type: VARCHAR, rename: note,",
        ("tables.0", "two columns are called note in staging"),
    ),
    "least_above_most": (
        "usd_per_hour_p05: {type: DOUBLE, unit: usd_per_hour, min: 0,",
        "usd_per_hour_p05: {type: DOUBLE, unit: usd_per_hour, min: 5, max: 1,",
        ("tables.0.columns.usd_per_hour_p05", "min 5 lies above max 1"),
    ),
    "format_that_does_not_exist": (
        "key: [quote_id]",
        "key: [quote_id]\n    read: {format: word}",
        ("tables.0.read.format", "found 'word'"),
    ),
    "option_of_another_format": (
        "key: [quote_id]",
        "key: [quote_id]\n    read: {sheet: Prices}",
        ("tables.0.read", "sheet is for excel, not for csv"),
    ),
    "file_outside_the_folder": (
        "key: [quote_id]",
        "key: [quote_id]\n    file: ../../x.csv",
        ("tables.0.file", "without '..'"),
    ),
    "document_that_is_a_path": (
        "document: quotes,",
        "document: ../../x,",
        ("addresses.0.document", "lower-case letters"),
    ),
    "no_yaml": ("title: Ten quotes", "title: [Ten quotes", ("not readable as YAML", "line")),
}


@pytest.mark.parametrize("name", BREAKS)
def test_wrong_contract_names_file_and_field(small_project: SmallProject, name: str) -> None:
    old, new, expected = BREAKS[name]
    path = small_project.get_contract_path()
    small_project.replace_text(path, old, new)
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    for words in (str(path), *expected):
        assert words in str(caught.value)


def test_reference_without_provider_is_refused(small_project: SmallProject) -> None:
    path = small_project.get_contract_path()
    small_project.replace_text(path, "references: chip", "references: policy")
    with pytest.raises(ContractError, match=r"quotes/contract.yml: a column references policy"):
        order_sources(load_contracts(small_project.settings.sources_dir))


def test_sources_that_need_each_other_are_refused(small_project: SmallProject) -> None:
    quotes = small_project.get_contract_path("quotes")
    chips = small_project.get_contract_path("chips")
    small_project.replace_text(
        quotes, "key: [quote_id]", "key: [quote_id]\n    provides: {policy: quote_id}"
    )
    small_project.replace_text(
        chips, "chip_name: {type: VARCHAR,", "chip_name: {type: VARCHAR, references: policy,"
    )
    with pytest.raises(ContractError, match=r"refer to each other in a circle: .*chips"):
        order_sources(load_contracts(small_project.settings.sources_dir))


def test_providers_come_before_those_that_refer_to_them(small_project: SmallProject) -> None:
    contracts = load_contracts(small_project.settings.sources_dir)
    ordered = order_sources(list(reversed(contracts)))
    assert [contract.source_id for contract in ordered] == ["chips", "quotes"]


def test_folder_without_sources_is_refused(small_project: SmallProject) -> None:
    with pytest.raises(ContractError, match=r"no source found \(no \*/contract.yml\)"):
        load_contracts(small_project.root / "dbt")


def test_contracts_of_the_repository_are_valid() -> None:
    from pipelines.base.settings import Settings

    contracts = load_contracts(Settings().sources_dir)
    tables = [(c.source_id, t.table) for c in contracts for t in c.tables]
    assert len(set(tables)) == len(tables) > 50
    assert order_sources(contracts)


# name of the break, text replaced in the contract of the quotes, new text, what is told of it
SQL_BREAKS = {
    "pattern": (
        "chip_id: {type: VARCHAR",
        'chip_id: {type: VARCHAR, pattern: "(?=x)"',
        "columns.chip_id: pattern '(?=x)' cannot be",
    ),
    "rule": (
        "rule: usd_per_hour_p05 <=",
        "rule: no_such_column <=",
        "checks.quantiles_are_ordered: rule: found 'no_such_column",
    ),
    "known_on": (
        "key: [quote_id]",
        "key: [quote_id]\n    known_on: no_such_column",
        "known_on: found 'no_such_column', which cannot be",
    ),
    "known_on_type": (
        "key: [quote_id]",
        "key: [quote_id]\n    known_on: chip_id",
        "known_on: found a VARCHAR; expected a DATE",
    ),
    "format": ('format: "%m/%d/%Y"', 'format: "%Q"', "columns.quoted_on: format '%Q' cannot be"),
    "half_a_day": ('format: "%m/%d/%Y"', 'format: "%m/%Y"', "does not tell a day"),
}


@pytest.mark.parametrize("name", SQL_BREAKS)
def test_what_the_engine_cannot_apply_is_told_with_its_place(
    small_project: SmallProject, name: str
) -> None:
    old, new, expected = SQL_BREAKS[name]
    path = small_project.get_contract_path()
    small_project.replace_text(path, old, new)
    faults = find_sql_faults(load_contract(path), has_parser=True)
    assert len(faults) == 1
    assert faults[0].startswith(f"{path}: tables.0 (quotes): ")
    assert expected in faults[0]


def test_contracts_of_the_repository_can_be_applied() -> None:
    from pipelines.base.settings import Settings

    for contract in load_contracts(Settings().sources_dir):
        assert find_sql_faults(contract, has_parser(contract)) == []


def test_draft_troubles_no_other_source(small_project: SmallProject) -> None:
    folder = small_project.settings.sources_dir / "draft"
    folder.mkdir()
    (folder / "contract.yml").write_text("source_id: draft\ntitle: DESCRIBE\n")
    contracts, faults = discover_contracts(small_project.settings.sources_dir)
    assert [contract.source_id for contract in contracts] == ["chips", "quotes"]
    assert [(fault.source_id, fault.is_draft) for fault in faults] == [("draft", True)]
