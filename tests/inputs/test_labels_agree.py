"""Labels of chips mean the same at every door: aliases, label tables of sources, the catalogue."""

import csv
import re

from pipelines.base.settings import PROJECT_DIR
from pipelines.contracts.labels import LABEL, fold_label, read_labels
from pipelines.contracts.load import load_contracts

SOURCES = PROJECT_DIR / "pipelines" / "sources"
# label, door, and why it means there what it means nowhere else
OWN_MEANINGS = {
    ("a100", "skypilot_catalog"): "the catalogue says A100 for the 40 GB form (usage warning)",
}


def read_rows(path: str) -> list[dict[str, str]]:
    """Return the rows of an embedded table."""
    with (SOURCES / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def list_meanings() -> list[tuple[str, str, str]]:
    """Return label (folded), chip and door of everything that says which chip a label means."""
    found = [
        (row["alias"], row["chip_id"], "chips") for row in read_rows("chips/data/chip_aliases.csv")
    ]
    found += [
        (row["chip_id"], row["chip_id"], "chips") for row in read_rows("chips/data/chips.csv")
    ]
    # a pattern that is a plain word and holds for all plans is a label like any other
    found += [
        (row["accelerator_pattern"], row["chip_id"], "skypilot_catalog")
        for row in read_rows("skypilot_catalog/data/catalogue_accelerators.csv")
        if re.fullmatch(r"[\w-]+", row["accelerator_pattern"]) and row["instance_pattern"] == ".*"
    ]
    for contract in load_contracts(SOURCES):
        for table in contract.tables:
            for name, labels in table.labelled.items():
                if table.columns[name].references == "chip":
                    rows = read_labels(contract, labels.table, [name])
                    found += [
                        (row[LABEL], row[name], contract.source_id) for row in rows if row[name]
                    ]
    return [(fold_label(label), chip, door) for label, chip, door in found]


def test_labels_of_chips_mean_the_same_at_every_door() -> None:
    aliases = {row["alias"]: row["chip_id"] for row in read_rows("chips/data/chip_aliases.csv")}
    meanings: dict[str, dict[str, set[str]]] = {}
    for label, chip, door in list_meanings():
        meanings.setdefault(label, {}).setdefault(aliases.get(chip, chip), set()).add(door)
    other = {
        (label, door): chip
        for label, chips in meanings.items()
        if len(chips) > 1
        for chip, doors in chips.items()
        for door in doors - {"chips"}
    }
    assert len(meanings) > 300
    assert other.keys() == OWN_MEANINGS.keys()
    # of one list alone nothing contradicts itself
    assert [m for m in meanings.values() if sum("chips" in doors for doors in m.values()) > 1] == []
