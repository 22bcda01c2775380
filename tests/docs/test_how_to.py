"""A page of the how-to, walked word by word on a copy of the small project."""

import re
import shlex
from pathlib import Path

from pipelines.base.settings import PROJECT_DIR
from tests.small_project.builder import SmallProject

PAGE = PROJECT_DIR / "docs" / "how-to" / "add-a-check.md"


def read_blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in a language, without the indent of the list around."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"^( *)```(\w*)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return [
        re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)
        for indent, marked, block in found
        if marked == language
    ]


def list_commands(page: Path) -> list[list[str]]:
    """Return the words of every command of ours on a page."""
    lines = [line for block in read_blocks(page, "") for line in block.splitlines()]
    marked = ".venv/bin/compute-balance "
    return [shlex.split(x.removeprefix(marked)) for x in lines if x.startswith(marked)]


def test_a_check_is_added_as_the_page_says(published: SmallProject) -> None:
    (written,) = read_blocks(PAGE, "yaml")
    suite = published.settings.expectations_dir / "reference.yml"
    suite.write_text(written, encoding="utf-8")
    run, ask = list_commands(PAGE)
    done = published.command(*run)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1] == "published"
    assert re.search(
        r"^chip_names\.a_name_is_more_than_the_id +error +yes",
        published.command(*ask).stdout,
        re.MULTILINE,
    )
    # and it notices: the maker's name is lost, so nothing is published
    chips = published.get_data_path("chips")
    published.replace_text(chips, "chip-a,Chip A,", "chip-a,chip-a,")
    failed = published.command(*run)
    assert failed.returncode == 1
    assert "chip_names.a_name_is_more_than_the_id: a chip is named as its maker names it" in (
        failed.stderr
    )
    assert published.query("select chip_name from marts.dim_chip where chip_id = 'chip-a'") == [
        ("Chip A",)
    ]
