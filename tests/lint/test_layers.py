"""The layers point one way, from staging to bridges; each room of the package likewise."""

import ast
import re
from pathlib import Path

import pytest

from pipelines.base.settings import PROJECT_DIR
from pipelines.contracts.load import read_yaml
from pipelines.contracts.model import AREAS

PACKAGE = PROJECT_DIR / "pipelines"
# the rooms from the ground up: a room may use those before it, never those after it
ROOMS = (
    "base",
    "contracts",
    "archive",
    "ingest",
    "build",
    "quality",
    "release",
    "answers",
    "pages",
    "run",
    "upkeep",
    "assets",
    "cli",
)


def get_layer(node: dict) -> str:
    """Return the layer of a dbt model: the folder right below `models`."""
    return node["fqn"][1]


def get_area(node: dict) -> str:
    """Return the area of a dbt model: the folder below its layer."""
    return node["fqn"][2]


def list_models(manifest: dict) -> dict[str, dict]:
    """Return all models of the project by their unique id."""
    return {i: n for i, n in manifest["nodes"].items() if n["resource_type"] == "model"}


def list_edges(manifest: dict, layer: str) -> list[tuple[dict, dict]]:
    """Return the models of a layer, each with every model or source that it reads."""
    known = manifest["nodes"] | manifest["sources"]
    return [
        (node, known[parent])
        for node in list_models(manifest).values()
        if get_layer(node) == layer
        for parent in node["depends_on"]["nodes"]
    ]


def name_edges(edges: list[tuple[dict, dict]]) -> list[str]:
    """Return edges in words, for a readable failure."""
    return sorted(f"{node['name']} reads {parent['unique_id']}" for node, parent in edges)


def test_every_model_lies_in_a_layer(manifest: dict) -> None:
    layers = {get_layer(node) for node in list_models(manifest).values()}
    assert layers == {"staging", "intermediate", "marts", "bridges", "bi"}


def test_marts_read_intermediate_models_only(manifest: dict) -> None:
    edges = list_edges(manifest, "marts")
    # a published file holds marts alone, so a view in it puts together other marts
    wrong = [
        (n, p)
        for n, p in edges
        if p["resource_type"] != "model"
        or get_layer(p) != ("marts" if n["config"]["materialized"] == "view" else "intermediate")
    ]
    assert name_edges(wrong) == []
    assert len(edges) > 10


def test_bridges_read_what_made_the_figures(manifest: dict) -> None:
    edges = list_edges(manifest, "bridges")
    wrong = [
        (node, parent)
        for node, parent in edges
        if parent["resource_type"] != "model" or get_layer(parent) == "staging"
    ]
    # a view that ships names its tables without the database, which is another one there
    wrong += [
        (node, parent)
        for node, parent in edges
        if get_layer(parent) in ("marts", "bridges")
        and f"published('{parent['name']}')" not in node["raw_code"].replace('"', "'")
    ]
    assert name_edges(wrong) == []
    assert all(
        node["config"]["materialized"] == "view"
        for node in list_models(manifest).values()
        if get_layer(node) == "bridges"
    )


def test_views_for_people_read_what_ships(manifest: dict) -> None:
    edges = list_edges(manifest, "bi")
    # the day of the build is the one thing that they may know beside the published tables
    wrong = [
        (node, parent)
        for node, parent in edges
        if (parent["resource_type"] == "source" and parent["source_name"] != "build")
        or (
            parent["resource_type"] == "model"
            and (
                get_layer(parent) not in ("marts", "bi")
                or f"published('{parent['name']}')" not in read_with_macros(node)
            )
        )
    ]
    assert name_edges(wrong) == []
    assert len(edges) > 50


def read_with_macros(node: dict) -> str:
    """Return the SQL of a model together with the macros for people, whichever it calls."""
    macros = PROJECT_DIR / "dbt" / "macros" / "for_people.sql"
    return node["raw_code"] + macros.read_text(encoding="utf-8")


def test_nothing_reads_what_stands_beside_the_marts(manifest: dict) -> None:
    layers = ("intermediate", "marts", "bridges", "bi")
    edges = [e for layer in layers for e in list_edges(manifest, layer)]
    wrong = [
        (node, parent)
        for node, parent in edges
        if parent["resource_type"] == "model"
        and get_layer(parent) in ("bridges", "bi")
        and get_layer(parent) != get_layer(node)
    ]
    assert name_edges(wrong) == []


def test_intermediate_models_read_no_mart_and_no_raw_table(manifest: dict) -> None:
    wrong = [
        (node, parent)
        for node, parent in list_edges(manifest, "intermediate")
        # the parameters of the build are the one source that every step may read
        if (parent["resource_type"] == "source" and parent["source_name"] != "build")
        or (parent["resource_type"] == "model" and get_layer(parent) == "marts")
    ]
    assert name_edges(wrong) == []


def test_staging_reads_its_own_source_only(manifest: dict) -> None:
    wrong = [
        (node, parent)
        for node, parent in list_edges(manifest, "staging")
        if parent["resource_type"] != "source"
        or parent["source_name"] not in ("build", node["name"][4:].split("__")[0])
    ]
    assert name_edges(wrong) == []


def test_names_say_the_layer(manifest: dict) -> None:
    prefixes = {
        "staging": ("stg_",),
        "intermediate": ("int_",),
        "marts": ("dim_", "fct_"),
        "bridges": ("brg_",),
        "bi": ("bi_",),
    }
    wrong = [
        node["name"]
        for node in list_models(manifest).values()
        if not node["name"].startswith(prefixes[get_layer(node)])
    ]
    assert not wrong, "\n".join(wrong)


def test_relations_are_named_by_ref_and_source_only() -> None:
    # a relation written out would be an edge that the manifest does not know
    written_out = re.compile(
        r"\b(?:from|join)\s+(?:raw|staging|intermediate|marts|bridges|bi)\.", re.IGNORECASE
    )
    wrong = [
        path.name
        for path in (PROJECT_DIR / "dbt" / "models").rglob("*.sql")
        if written_out.search(path.read_text(encoding="utf-8"))
    ]
    assert not wrong, "\n".join(wrong)


def list_imports(path: Path) -> set[str]:
    """Return the modules of the package that a file imports, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {
        f"{n.module}.{a.name}" if n.module == "pipelines" else n.module or ""
        for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom)
        for a in n.names
    }
    found |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return {name for name in found if name.startswith("pipelines.")}


def list_rooms() -> set[str]:
    """Return the folders of the package that hold code; `sources` holds a folder per source."""
    return {path.parent.name for path in PACKAGE.glob("*/*.py")} - {"sources"}


def test_every_module_stands_in_a_room() -> None:
    assert list_rooms() == set(ROOMS)
    # Dagster loads the one; the other holds the version
    assert {path.name for path in PACKAGE.glob("*.py")} == {"definitions.py", "__init__.py"}


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_only_what_comes_before_them(room: str) -> None:
    known = {*ROOMS[: ROOMS.index(room) + 1], "__version__"}
    paths = list((PACKAGE / room).rglob("*.py"))
    assert paths
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in paths
        for name in list_imports(path)
        if name.split(".")[1] not in known
    ]
    assert not wrong, "\n".join(wrong)


def test_parsers_of_sources_use_the_rooms_up_to_ingest() -> None:
    known = {*ROOMS[: ROOMS.index("ingest") + 1], "sources"}
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in (PACKAGE / "sources").rglob("*.py")
        for name in list_imports(path)
        if name.split(".")[1] not in known
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_fetch_room_opens_connections_to_the_network() -> None:
    clients = {"httpx", "requests", "urllib.request", "socket", "http.client"}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        if names & clients:
            found.add(path.relative_to(PACKAGE).as_posix())
    # the lock asks for the host's name only
    assert found - {"release/lock.py"} == {"archive/http.py", "archive/reach.py"}


def test_definitions_only_assemble() -> None:
    tree = ast.parse((PACKAGE / "definitions.py").read_text(encoding="utf-8"))
    assert sum(isinstance(n, ast.ClassDef) for n in ast.walk(tree)) == 0
    assert len((PACKAGE / "definitions.py").read_text(encoding="utf-8").splitlines()) <= 60


def test_models_read_their_own_area_and_those_before_it(manifest: dict) -> None:
    models = list_models(manifest)
    wrong = [
        f"{node['name']} ({get_area(node)}) reads {models[parent]['name']} "
        f"({get_area(models[parent])})"
        for node in models.values()
        for parent in node["depends_on"]["nodes"]
        if parent in models and AREAS.index(get_area(models[parent])) > AREAS.index(get_area(node))
    ]
    assert not wrong, "\n".join(wrong)
    assert {get_area(node) for node in models.values()} == set(AREAS)


def test_every_area_is_a_dbt_group(manifest: dict) -> None:
    assert set(manifest["groups"]) == {f"group.compute_balance.{area}" for area in AREAS}
    wrong = [
        node["name"]
        for node in list_models(manifest).values()
        if node["config"]["group"] != get_area(node) or node["access"] != "protected"
    ]
    assert not wrong, "\n".join(wrong)


def test_a_public_name_means_one_thing() -> None:
    homes: dict[str, list[str]] = {}
    for room in ROOMS:
        for path in (PACKAGE / room).glob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                # a command is called like the verb that people type
                if isinstance(node, ast.FunctionDef) and not (
                    node.name.startswith("_") or (room == "cli" and node.decorator_list)
                ):
                    place = path.relative_to(PACKAGE).as_posix()
                    homes.setdefault(node.name, []).append(place)
    assert len(homes) > 200
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


# columns that hold words for people, and what takes words apart
WORDS = r"(?:\w+\.)?(?:note|title|summary|evidence|reasoning|method|remark|citation|label)\b"
TAKING_APART = re.compile(
    rf"\b(?:contains|starts_with|ends_with|split_part|string_split|instr|strpos|position|"
    rf"regexp_\w+)\(\s*(?:\w+\(\s*)*{WORDS}|{WORDS}\)?\s+(?:not\s+)?i?like\b",
    re.IGNORECASE,
)
# models for which words are the matter itself
READS_WORDS = {
    "int_policy__inbox": "the watch looks for terms in titles of rule-makers' documents",
    "int_policy__entity_listings": "a citation of several acts names the act of a listing",
}


def test_no_model_reads_a_fact_out_of_words() -> None:
    """A fact is a column of its source, checked by its contract; a note is for people."""
    found = {
        path.stem
        for path in (PROJECT_DIR / "dbt" / "models").rglob("*.sql")
        if TAKING_APART.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(READS_WORDS)


@pytest.mark.parametrize(
    "sql",
    [
        "contains(note, '730 h')",
        "contains(lower(documents.title), term)",
        "where not regexp_matches(quotes.note, 'x')",
        "quotes.note not like '%host%'",
        "lower(note) ilike 'x'",
    ],
)
def test_reading_words_would_be_noticed(sql: str) -> None:
    assert TAKING_APART.search(sql)


def test_every_mart_is_promised(manifest: dict) -> None:
    promised = read_yaml(PROJECT_DIR / "dbt" / "published_contract.yml")
    for layer in ("marts", "bi"):
        published = {n["alias"] for n in list_models(manifest).values() if get_layer(n) == layer}
        assert published - set(promised[layer]) == set()


def test_points_of_a_quantity_have_names() -> None:
    """`points.p50` says what it is; the second of three does not."""
    position = re.compile(r"[\w)]\[\d+\]")
    wrong = [
        f"{path.stem}: {found.group()}"
        for path in (PROJECT_DIR / "dbt" / "models").rglob("*.sql")
        if (found := position.search(path.read_text(encoding="utf-8")))
    ]
    assert not wrong, "\n".join(wrong)
