"""Labels are counted by contract alone: what refers to something is in the generated model."""

from pipelines.base.settings import PROJECT_DIR
from pipelines.contracts.label_uses import PATH, list_label_uses, write_labels_model
from pipelines.contracts.load import load_contracts
from tests.small_project.builder import SmallProject

SOURCES = PROJECT_DIR / "pipelines" / "sources"


def test_every_column_that_refers_to_something_is_counted(small_project: SmallProject) -> None:
    contracts = load_contracts(small_project.settings.sources_dir)
    ((entity, contract, table, column),) = list_label_uses(contracts)
    assert (entity, contract.source_id, table.table, column) == (
        "chip", "quotes", "quotes", "chip_id",
    )  # fmt: skip
    path = small_project.get_contract_path()
    small_project.replace_text(path, "key: [quote_id]", "key: [quote_id]\n    weighs: {usd: 2 * a}")
    text = write_labels_model(load_contracts(small_project.settings.sources_dir))
    assert "('chip', 'stg_quotes__quotes', 'chip_id', {'usd': '2 * a'})," in text
    small_project.replace_text(path, "weighs: {usd: 2 * a}", "repeats_labels: true")
    assert list_label_uses(load_contracts(small_project.settings.sources_dir)) == []


def test_generated_model_is_up_to_date() -> None:
    path = PROJECT_DIR / "dbt" / "models" / PATH
    assert path.read_text("utf-8") == write_labels_model(load_contracts(SOURCES)), (
        "run: compute-balance source generate"
    )
