"""The texts of the site: whole in both languages, all used, and none beside the tables."""

import re
from datetime import date
from pathlib import Path

import pytest

from pipelines.base.errors import PagesError
from pipelines.base.settings import PROJECT_DIR
from pipelines.pages.texts import CHINESE, ENGLISH, Texts, list_places, read_texts, space_scripts

PAGES = PROJECT_DIR / "pipelines" / "pages"
CHINESE_LETTER = re.compile(r"[\u4e00-\u9fff]")


def read_code() -> str:
    """Return all modules and templates of the pages as one text."""
    paths = [*PAGES.rglob("*.py"), *(PAGES / "templates").rglob("*.html")]
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(paths))


def test_both_wordings_of_a_text_have_the_same_places() -> None:
    wrong = [k for k, w in read_texts().items() if list_places(w["en"]) != list_places(w["zh"])]
    assert wrong == []


def test_no_english_text_holds_chinese_and_each_chinese_one_does() -> None:
    texts = read_texts()
    assert [key for key, words in texts.items() if CHINESE_LETTER.search(words["en"])] == []
    # what is left without a Chinese letter is a name, a number or a sign
    bare = [key for key, words in texts.items() if not CHINESE_LETTER.search(words["zh"])]
    assert [
        key for key in bare if re.search(r"[a-z]{4}", texts[key]["zh"].format_map(Blank()))
    ] == []


class Blank(dict):
    """Gives nothing for each place of a text."""

    def __missing__(self, key: str) -> str:
        return ""


def test_every_text_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r'(?:texts|\bt)\(\s*"([^"{}]+)"', read_code()))
    assert len(asked) > 20
    assert asked - set(read_texts()) == set()


def test_every_text_is_used() -> None:
    code = read_code()
    stems = set(re.findall(r'"([a-z_./-]+\.)\{', code))
    stems |= {f"{kind}." for kind in re.findall(r'\.word\(\s*"([a-z_]+)"', code)}
    names = set(re.findall(r'^NAME = "([a-z_]+)"', code, re.MULTILINE))

    def is_used(key: str) -> bool:
        # columns and notes of an answer are asked for by their last part
        name, _, rest = key.partition(".")
        kind, _, last = rest.partition(".")
        if name in names and kind in ("column", "note", "title"):
            return kind != "column" or f'"{last}"' in code
        return f'"{key}"' in code or key.startswith(tuple(stems))

    assert [key for key in read_texts() if not is_used(key)] == []


def test_no_template_holds_a_word() -> None:
    for path in (PAGES / "templates").rglob("*.html"):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"), flags=re.S)
        bare = re.sub(r"<[^>]*>", "", text, flags=re.S)
        assert re.findall(r"\w+", bare) == [], path.name


def test_a_text_without_a_language_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("key,en,zh\na.b,word,\n", encoding="utf-8")
    with pytest.raises(PagesError, match=r"a\.b lacks a language"):
        read_texts(tmp_path)


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("key,en,zh\na.b,word,词\n", encoding="utf-8")
    with pytest.raises(PagesError, match=r"a\.b stands twice"):
        read_texts(tmp_path)


def test_an_unknown_text_is_refused() -> None:
    with pytest.raises(PagesError, match=r"no\.such"):
        Texts(ENGLISH)("no.such")


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0.0, "0", "0"),
        (0.0123, "0.0123", "0.0123"),
        (1.0, "1", "1"),
        (-2.5, "−2.5", "−2.5"),
        (999.4, "999", "999"),
        (12_345.0, "12,345", "1.23 万"),
        # rounds up to the next unit
        (999_900.0, "1 million", "100 万"),
        (31_200_000.0, "31.2 million", "3,120 万"),
        (1.5e9, "1.5 billion", "15 亿"),
    ],
)
def test_numbers_take_the_large_units_of_their_language(
    value: float, english: str, chinese: str
) -> None:
    assert Texts(ENGLISH).number(value) == english
    assert Texts(CHINESE).number(value) == chinese


def test_chinese_stands_apart_from_letters_and_digits() -> None:
    assert (
        space_scripts("到2023年有8,967张H100卡，占73%的")
        == "到 2023 年有 8,967 张 H100 卡，占 73% 的"
    )


def test_days_quarters_and_lists_read_as_each_language_writes_them() -> None:
    english, chinese = Texts(ENGLISH), Texts(CHINESE)
    day = date(2023, 10, 17)
    assert (english.day(day), chinese.day(day)) == ("17 October 2023", "2023 年 10 月 17 日")
    assert (english.quarter(day), chinese.quarter(day)) == ("2023 Q4", "2023 年第 4 季度")
    assert (english.join(["a", "b", "c"]), chinese.join(["a", "b", "c"])) == (
        "a, b and c",
        "a、b和c",
    )
    assert (english.percent(0.001), chinese.percent(0.5)) == ("below 1 %", "50%")
    assert (english.change(-12.4), english.usd(2.5)) == ("−12 %", "$2.50")
