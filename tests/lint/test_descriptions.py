"""Whatever is published or passed on is described: models, columns, functions, sources."""

import re
import subprocess
import sys
from pathlib import Path

from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.contracts.load import load_contracts
from tests.lint.test_layers import get_layer, list_models


def test_every_model_is_described_grain_first(manifest: dict) -> None:
    wrong = [
        node["name"]
        for node in list_models(manifest).values()
        if not node["description"].startswith("One row per ")
    ]
    assert not wrong, "\n".join(wrong)


def test_every_listed_column_is_described(manifest: dict) -> None:
    wrong = [
        f"{node['name']}.{column['name']}"
        for node in list_models(manifest).values()
        for column in node["columns"].values()
        if len(column["description"].strip()) < 3
    ]
    assert not wrong, "\n".join(wrong)


def test_every_mart_has_an_enforced_contract_with_types(manifest: dict) -> None:
    wrong = [
        node["name"]
        for node in list_models(manifest).values()
        if get_layer(node) == "marts"
        and not (
            node["config"]["contract"]["enforced"]
            and node["columns"]
            and all(column["data_type"] for column in node["columns"].values())
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_every_column_beside_the_marts_is_listed_with_its_type(manifest: dict) -> None:
    wrong = [
        node["name"]
        for node in list_models(manifest).values()
        if get_layer(node) in ("bridges", "bi")
        and not (
            node["columns"] and all(column["data_type"] for column in node["columns"].values())
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_every_mart_states_its_key_in_a_test(manifest: dict) -> None:
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") == "unique_key"
    }
    marts = {i: n for i, n in list_models(manifest).items() if get_layer(n) == "marts"}
    assert sorted(n["name"] for i, n in marts.items() if i not in tested) == []


def test_every_measure_of_a_mart_says_its_unit(manifest: dict) -> None:
    # a DOUBLE is a measure; its unit stands in the description or in the name
    suffix = re.compile(
        r"(_usd|_usd_p\d\d|_pct|_share|_mw|_gb|_gb_s|_tflops|_tops|_mm2|_w|_ratio)$"
    )
    wrong = [
        f"{node['name']}.{column['name']}"
        for node in list_models(manifest).values()
        if get_layer(node) in ("marts", "bi")
        for column in node["columns"].values()
        if column["data_type"] == "double"
        and "unit" not in column["description"].lower()
        and not suffix.search(column["name"])
    ]
    assert not wrong, "\n".join(wrong)


def test_every_source_has_terms_and_attribution() -> None:
    wrong = [
        f"{contract.source_id}: {publisher.name}"
        for contract in load_contracts(Settings().sources_dir)
        for publisher in contract.publishers
        if not (publisher.licence.strip() and publisher.attribution.strip())
    ]
    assert not wrong, "\n".join(wrong)


def test_every_public_function_and_class_has_a_docstring() -> None:
    ruff = Path(sys.executable).with_name("ruff")
    finished = subprocess.run(
        [str(ruff), "check", "--select", "D101,D102,D103", "--no-cache", "pipelines", "scripts"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout
