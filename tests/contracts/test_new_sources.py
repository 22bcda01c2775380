"""Three sources of kinds never seen: each begun by one command, in a mart by its folder alone."""

import json
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from pipelines.cli.source_new import begin_source
from pipelines.contracts.feeds import RENTS_PATH, write_rents_model
from pipelines.contracts.labels import settle_label
from pipelines.contracts.load import CONTRACT_FILE, load_contract, load_contracts
from tests.small_project.builder import SmallProject

TRACKER = """Date,Cloud,GPU,GPUs,Term,Price (USD/h)
13/10/2026,Cloud One,Card A,8,On-Demand,$16.00
14/10/2026,Cloud Two,Card B,1,A Year,$1.25
14/10/2026,Cloud Two,Mystery,1,On-Demand,$1.10
"""
OFFERS = [
    {"gpu": "Card A", "count": 8, "usd_per_gpu_hr": 3.5, "kind": "demand"},
    {"gpu": "Card A", "count": 8, "usd_per_gpu_hr": 1.5, "kind": "interruptible"},
]
SHEET = [
    ("Day", "Vendor", "Accelerator", "Cards per node", "Node price (EUR/h)"),
    ("2026-10-05", "Cloud Three", "Card B", 2, 5.5),
]
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Rates" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}


MART = (
    *("offer_id", "source_ids", "observed_on", "provider", "provider_type", "chip_id"),
    *("commitment", "currency", "price_per_gpu_hour", "known_on", "confidence"),
)


def write_workbook(path: Path, rows: list[tuple]) -> None:
    """Write rows as the one sheet of a workbook."""
    lines = "".join(
        "<row>"
        + "".join(
            f'<c t="inlineStr"><is><t>{escape(v)}</t></is></c>'
            if isinstance(v, str)
            else f"<c><v>{v}</v></c>"
            for v in row
        )
        + "</row>"
        for row in rows
    )
    sheet = f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{lines}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (PARTS | {"xl/worksheets/sheet1.xml": sheet}).items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')


def describe(project: SmallProject, source: str, **answers: str) -> None:
    """Answer what a draft asks: `answers` by column, and the same few words for all else."""
    path = project.settings.sources_dir / source / CONTRACT_FILE
    text = path.read_text("utf-8")
    for column, given in answers.items():
        asked = r"(?:fixed|format): '?[^,}]*DESCRIBE.*?(?='?, required)'?"
        text, count = re.subn(
            rf"(?m)^(      {column}: {{type: \w+), {asked}", rf"\1, {given}", text
        )
        assert count == 1, (source, column, text)
    text = text.replace("One row per DESCRIBE the grain", "One row per offer")
    text = text.replace("known_on: DESCRIBE the day a row became known", "known_on: observed_on")
    text = re.sub(r"DESCRIBE[^,}'\n]*", "as the list tells it", text)
    path.write_text(text.replace("redistribution: unknown", "redistribution: allowed"), "utf-8")


def settle(project: SmallProject, source: str, labels: dict[str, tuple[str, str]]) -> None:
    """Settle labels: by label the column and what it means."""
    contract = load_contract(project.settings.sources_dir / source / CONTRACT_FILE)
    for label, (column, value) in labels.items():
        table = contract.tables[0].labelled[column].table
        settle_label(contract, table, column, label, value)


def begin_all(project: SmallProject, folder: Path) -> None:
    """Begin the three sources and fill in what their drafts ask, as docs/how-to says."""
    settings = project.settings
    cards = {"Card A": ("chip_id", "chip-a"), "Card B": ("chip_id", "chip-b")}
    (folder / "tracker.csv").write_text(TRACKER)
    begin_source(settings, "town_tracker", str(folder / "tracker.csv"), "prices", None)
    describe(project, "town_tracker", provider_type="fixed: neocloud")
    terms = {"on-demand": ("commitment", "on_demand"), "a year": ("commitment", "reserved_1y")}
    settle(project, "town_tracker", cards | terms | {"mystery": ("chip_id", "")})

    for day in ("2026-10-01", "2026-10-08"):
        content = {"date": day, "provider": "Cloud Four", "offers": OFFERS}
        (folder / f"{day}.json").write_text(json.dumps(content))
    begin_source(settings, "week_snaps", str(folder / "2026-10-01.json"), "prices", None)
    describe(
        project, "week_snaps", observed_on="from: ^.date", provider="from: ^.provider",
        provider_type="fixed: marketplace", commitment="labels: {of: kind, table: terms}",
    )  # fmt: skip
    source = settings.sources_dir / "week_snaps"
    path = source / CONTRACT_FILE
    text = path.read_text("utf-8")
    text = text.replace(
        "tables:", 'embedded:\n  - {document: snaps, file: "data/{day}.json", media: json}\ntables:'
    )
    text = text.replace("document_mode: snapshot", "document_mode: append")
    text = re.sub(
        r"    key: .*\n(    file: .*\n)?", "    key: [observed_on, chip_label, kind]\n", text
    )
    path.write_text(re.sub(r"    file: .*\n", "", text), "utf-8")
    for file in (source / "data").iterdir():
        file.unlink()
    for day in ("2026-10-01", "2026-10-08"):
        (folder / f"{day}.json").rename(source / "data" / f"{day}.json")
    kinds = {"demand": ("commitment", "on_demand"), "interruptible": ("commitment", "spot")}
    settle(project, "week_snaps", cards | kinds)

    write_workbook(folder / "rates.xlsx", SHEET)
    begin_source(settings, "rate_card", str(folder / "rates.xlsx"), "prices", None)
    describe(
        project, "rate_card", provider_type="fixed: hyperscaler", commitment="fixed: on_demand"
    )
    settle(project, "rate_card", cards)


def test_three_kinds_of_sources_reach_a_mart_by_their_folders_alone(
    small_project: SmallProject, tmp_path: Path
) -> None:
    begin_all(small_project, tmp_path)
    small_project.generate_staging()
    models = small_project.settings.dbt_dir / "models"
    contracts = load_contracts(small_project.settings.sources_dir)
    (models / RENTS_PATH).write_text(write_rents_model(contracts), "utf-8")
    types = {"observed_on": "date", "price_per_gpu_hour": "double", "known_on": "date"}
    (models / "marts" / "prices" / "fct_rent.sql").write_text(
        f"select {', '.join(MART)} from ("
        "select *, source_id as source_ids from {{ ref('int_prices__fed_rents') }})\n"
    )
    (models / "marts" / "prices" / "_rent.yml").write_text(
        "version: 2\nmodels:\n  - name: fct_rent\n    description: One row per rent.\n"
        "    columns:\n"
        + "".join(
            f"      - {{name: {name}, data_type: {types.get(name, 'varchar')}, description: A.}}\n"
            for name in MART
        )
        + "    data_tests:\n      - unique_key: {columns: [offer_id]}\n"
    )
    assert small_project.run().status == "published"
    assert small_project.query(
        "select source_ids, day(observed_on), provider, provider_type, chip_id, commitment, "
        "currency, price_per_gpu_hour from marts.fct_rent order by all"
    ) == [
        ("rate_card", 5, "Cloud Three", "hyperscaler", "chip-b", "on_demand", "EUR", 2.75),
        ("town_tracker", 13, "Cloud One", "neocloud", "chip-a", "on_demand", "USD", 2.0),
        ("town_tracker", 14, "Cloud Two", "neocloud", "chip-b", "reserved_1y", "USD", 1.25),
        ("week_snaps", 1, "Cloud Four", "marketplace", "chip-a", "on_demand", "USD", 3.5),
        ("week_snaps", 1, "Cloud Four", "marketplace", "chip-a", "spot", "USD", 1.5),
        ("week_snaps", 8, "Cloud Four", "marketplace", "chip-a", "on_demand", "USD", 3.5),
        ("week_snaps", 8, "Cloud Four", "marketplace", "chip-a", "spot", "USD", 1.5),
    ]
