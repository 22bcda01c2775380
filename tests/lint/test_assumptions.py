"""Models read assumptions through the macros that note what is read, and in no other way."""

import re

TABLES = re.compile(r"(int_inputs__assumption|stg_assumptions__(assumptions|parameters))")
# models that look at the registry as a whole and pick no parameter
WHOLE_REGISTRY = {
    # each input that varies is a line of the sensitivity
    "int_balance__sensitivity_inputs",
    # a change of any row makes the months of prices anew
    "int_prices__month_fingerprints",
    # labels are counted wherever they stand
    "int_upkeep__stated_labels",
}


def list_models(manifest: dict) -> list[dict]:
    """Return the models outside of the area that makes the registry."""
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][2] != "inputs"
    ]


def has_note(node: dict) -> bool:
    """Return whether a model calls one of the macros."""
    return any(note.startswith("assumptions:") for note in node["config"]["meta"])


def test_no_model_names_the_tables_of_the_registry(manifest: dict) -> None:
    named = {node["name"] for node in list_models(manifest) if TABLES.search(node["raw_code"])}
    assert named == WHOLE_REGISTRY


def test_models_that_rest_on_the_registry_note_what_they_read(manifest: dict) -> None:
    resting = {
        node["name"]
        for node in list_models(manifest)
        if any(TABLES.search(parent) for parent in node["depends_on"]["nodes"])
    }
    noted = {node["name"] for node in list_models(manifest) if has_note(node)}
    assert resting == noted | WHOLE_REGISTRY
    assert len(noted) > 30


def test_notes_come_from_the_macros_alone(manifest: dict) -> None:
    wrong = [
        node["name"]
        for node in manifest["nodes"].values()
        if has_note(node)
        and "macro.compute_balance._note_reading" not in list_macros(manifest, node)
    ]
    assert not wrong, "\n".join(wrong)


def list_macros(manifest: dict, node: dict) -> set[str]:
    """Return the macros that a model calls, through any number of macros."""
    found: set[str] = set()
    open_ids = list(node["depends_on"]["macros"])
    while open_ids:
        name = open_ids.pop()
        if name not in found:
            found.add(name)
            open_ids += manifest["macros"][name]["depends_on"]["macros"]
    return found
