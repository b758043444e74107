from __future__ import annotations

import ast
import datetime as dt
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from shutil import copyfile

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import REPOSITORY
from ui.app import create_app
from ui.languages import LANGUAGES, PLURAL_FORMS
from ui.locales import update_catalogues
from ui.locales.update_catalogues import TEMPLATE, catalogue_path, extracted, texts_of_facets, updated, written
from ui.pages.query_tips import QUERY_TIPS
from ui.pages.rendering import Rendering
from ui.pages.search_page import SearchPage, related_html
from ui.texts import Texts
from ui.wiring import Services
from ui.workbench_examples import example_messages, examples

TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLACE = re.compile(r"%\(\w+\)s")


def catalogue(language: str) -> Catalog:
    return read_po(BytesIO(catalogue_path(language).read_bytes()), locale=language)


def messages(of: Catalog) -> list[Message]:
    return [message for message in of if message.id]


def forms(text: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else text


def pairs(language: str) -> list[tuple[str, str]]:
    """Each text with its translation, singular with singular and plural with plural."""
    return [
        pair
        for message in messages(catalogue(language))
        for pair in zip(forms(message.id), forms(message.string), strict=True)
    ]


# What is in the catalogues


def test_the_template_is_what_the_code_says() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == written(extracted()), "run `make strings`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_holds_all_texts_and_no_others(language: str) -> None:
    text = catalogue_path(language).read_text(encoding="utf-8")
    assert text == written(updated(language, extracted())), "run `make strings`"
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_none_is_a_guess(language: str) -> None:
    found = messages(catalogue(language))
    assert len(found) == len(messages(extracted())) > 100
    assert not [message.id for message in found if not all(forms(message.string)) or message.fuzzy]


def said_in_code() -> Iterator[str]:
    """The texts that calls of ``say``, ``count`` and ``N_`` name, wherever they stand: inside f-strings too."""
    for path in (REPOSITORY / "ui").rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0] if node.args else None
                texts = {"say": 1, "N_": 1, "count": 2}.get(function, 0)
                if len(node.args) >= texts > 0 and isinstance(first, ast.Constant):
                    yield str(first.value)


def test_no_text_of_the_code_escapes_the_extraction() -> None:
    known = {forms(message.id)[0] for message in messages(extracted())}
    said = set(said_in_code())
    assert {"Did you mean: %(labels)s?", "Subjects", "%(n)s report"} <= said
    assert said <= known


def test_titles_and_explanations_of_the_examples_are_in_the_catalogues() -> None:
    wanted = {text for example in examples() for text in (example.title, example.explanation)}
    for language in TRANSLATED:
        translations = dict(pairs(language))
        assert wanted <= translations.keys()
        assert not [text for text in wanted if translations[text] == text]


def test_a_file_that_is_no_example_stops_the_extraction(tmp_path: Path) -> None:
    path = tmp_path / "01-topics.rq"
    path.write_text("SELECT * {}\n", encoding="utf-8")
    with path.open("rb") as file, pytest.raises(ValueError, match=r"^01-topics\.rq: "):
        list(example_messages(file, (), (), encoding="utf-8"))


def test_headers_name_nobody_and_no_moment() -> None:
    for path in (TEMPLATE, *map(catalogue_path, TRANSLATED)):
        header = path.read_text(encoding="utf-8").partition("\n\n")[0]
        assert "charset=utf-8" in header
        assert not re.search(r"@|Translator|Team|Date|Generated|AUTHOR|PROJECT|20\d\d", header)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_states_its_plural_forms_whatever_a_table_of_babel_says(language: str) -> None:
    text = catalogue_path(language).read_bytes()
    assert set(PLURAL_FORMS) == set(TRANSLATED)
    assert f'"Plural-Forms: {PLURAL_FORMS[language]}\\n"' in text.decode("utf-8")
    # Arabic has six forms, one form has Japanese.
    assert {read_po(BytesIO(text), locale=other).plural_forms for other in ("ar", "ja", language)} == {
        PLURAL_FORMS[language]
    }


# How they are written


@pytest.mark.parametrize("language", TRANSLATED)
def test_places_are_those_of_the_text(language: str) -> None:
    for text, translation in pairs(language):
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(translation)), text
        # Templates fill every text: any other % would be read as a place.
        assert "%" not in PLACE.sub("", translation), text


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_begins_and_ends_as_its_text_does(language: str) -> None:
    for text, translation in pairs(language):
        assert translation == translation.strip()
        assert "  " not in translation
        assert translation.endswith(text[-1]) or text[-1] not in ".?", text
        first, other = text[0], translation.lstrip("¿")[0]
        assert first == other or not first.isupper() or other.isupper() or other == "%", text


def test_french_is_set_as_french_is() -> None:
    typed = {example for example, _ in QUERY_TIPS}
    for text, translation in pairs("fr"):
        if text in typed:
            # What readers are to type has no typography.
            continue
        assert not re.search(r"(?<![\u00a0\u202f])[?!;:»]|«(?!\u00a0)", translation), text
        assert "'" not in translation, text


def test_spanish_questions_are_opened() -> None:
    questions = [translation for _, translation in pairs("es") if "?" in translation]
    assert questions
    assert all(question.count("¿") == question.count("?") for question in questions)


WORDS = {
    "es": {
        "Main Author": "Autor principal",
        "Main Authors": "Autores principales",
        "Corporate author": "Autor Corporativo",
        "Format": "Formato",
        "Language": "Lenguaje",
        "Published": "Publicado",
        "Subjects": "Materias",
        "Online Access": "Acceso en línea",
        "Bibliographic Details": "Detalles Bibliográficos",
        "Staff View": "Vista Equipo",
    },
    "fr": {
        "Main Author": "Auteur principal",
        "Main Authors": "Auteurs principaux",
        "Format": "Format",
        "Language": "Langue",
        "Published": "Publié",
        "Subjects": "Sujets",
        "Online Access": "Accès en ligne",
        "Bibliographic Details": "Détails bibliographiques",
        "Staff View": "Vue professionnelle",
    },
    "pt": {
        "Main Author": "Autor principal",
        "Main Authors": "Autores principais",
        "Format": "Formato",
        "Language": "Idioma",
        "Published": "Publicado",
        "Subjects": "Assuntos",
        "Online Access": "Acesso em linha",
        "Bibliographic Details": "Detalhes bibliográficos",
        "Staff View": "Visão da equipe",
    },
}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_words_are_those_of_vufind(language: str) -> None:
    assert {text: Texts(language).say(text) for text in WORDS[language]} == WORDS[language]


# Texts


COUNTS = (0, 1, 2, 5, 11, 100, 1000, 12345, 1000000, 1000001, 2000000)


@pytest.mark.parametrize(
    ("language", "one", "many", "singular"),
    [
        ("en", "report", "reports", {1}),
        ("es", "informe", "informes", {1}),
        ("fr", "rapport", "rapports", {0, 1}),
        ("pt", "relatório", "relatórios", {1}),
    ],
)
def test_numbers_take_the_form_that_the_language_gives_them(
    language: str, one: str, many: str, singular: set[int]
) -> None:
    said = {n: Texts(language).count("%(n)s report", "%(n)s reports", n) for n in COUNTS}
    assert {n for n in COUNTS if said[n].endswith(f" {one}")} == singular
    assert {n for n in COUNTS if said[n].endswith(f" {many}")} == set(COUNTS) - singular
    assert {n: int(re.sub(r"\D", "", text)) for n, text in said.items()} == {n: n for n in COUNTS}


# Any of these parts thousands, or a number from its sign: CLDR has changed one for another before, and may again.
SPACE = "[ \u00a0\u202f]"


@pytest.mark.parametrize(
    ("language", "number", "share", "date"),
    [
        ("en", r"1,234,567\.5", f"51{SPACE}?%", "January 2, 2026"),
        ("es", rf"1(\.|{SPACE})234(\.|{SPACE})567,5", f"51{SPACE}?%", "2 de enero de 2026"),
        ("fr", rf"1{SPACE}234{SPACE}567,5", f"51{SPACE}?%", "2 janvier 2026"),
        ("pt", rf"1(\.|{SPACE})234(\.|{SPACE})567,5", f"51{SPACE}?%", "2 de janeiro de 2026"),
    ],
)
def test_numbers_shares_and_dates_are_written_as_the_language_does(
    language: str, number: str, share: str, date: str
) -> None:
    texts = Texts(language)
    assert re.fullmatch(number, texts.number(1234567.5))
    assert re.fullmatch(share, texts.share(0.512))
    assert texts.day("2026-01-02") == date


@given(st.sampled_from(list(LANGUAGES)), st.dates())
def test_a_day_is_its_date_in_words(language: str, date: dt.date) -> None:
    assert Texts(language).day(date.isoformat()) == Texts(language).date(date) != date.isoformat()


@pytest.mark.parametrize("text", ["", "2026", "2026-02-30", "c. 1990", "٢٠٢٦-٠١-٠٢"])
def test_what_is_no_date_is_shown_as_it_is(text: str) -> None:
    assert Texts("es").day(text) == text


@given(st.sampled_from(list(LANGUAGES)), st.text())
def test_what_is_filled_in_stays_as_it_is(language: str, words: str) -> None:
    assert words in Texts(language).say("It holds the words: %(words)s.", words=words)


def test_a_text_that_no_catalogue_has_is_said_in_english() -> None:
    assert Texts("fr").say("some-method-of-later") == "some-method-of-later"


# Pages


@pytest.fixture(scope="module")
def client(sample_services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(sample_services), headers={"accept": "text/html"}) as client:
        yield client


class Shown(HTMLParser):
    """What a page shows or reads out: texts of elements and of attributes, each as a whole."""

    _SILENT = frozenset({"script", "style", "pre", "textarea"})
    _SPOKEN = frozenset({"aria-label", "title", "placeholder"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self._SILENT
        self.texts |= {value for name, value in attrs if name in self._SPOKEN and value}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self._SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.add(data.strip())


ASK = "query=ASK%20%7B%3Fs%20%3Fp%20%3Fo%7D"
PAGES = {
    "/search?": (200, {"Search reports", "Filters", "Subjects", "Related reports", "These filters as SPARQL"}),
    "/search?q=women+credit&year_from=2010&stated_only=1": (200, {"Remove all filters", "Why this report?"}),
    "/search?q=zzzqqq&mode=lexical&language=en": (200, {"No report was found", "Search for the words without filters"}),
    "/search?page=90": (200, {"There is no such page of results. Go to the first."}),
    "/report/sample001?": (200, {"Bibliographic Details", "Main Authors", "Staff View", "Cite and reuse"}),
    "/workbench?": (200, {"SPARQL workbench", "Run the query", "Authors who write together"}),
    f"/workbench?{ASK}": (200, {"Yes", "Download:"}),
    "/workbench?query=SELEC": (400, {"The query was not answered"}),
    "/api/docs?": (200, {"Programs may ask too: API"}),
    "/report/none?": (404, {"There is no such page", "Go to the search"}),
    "/search?q=water&page=0&colour=red&topic=zzz": (200, {"Filters that are set"}),
}
"""Addresses, with the status and some of the texts that tell that the page is the one that is meant."""


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_in_another_language_what_it_says_in_english(
    client: TestClient, address: str, language: str
) -> None:
    status, wanted = PAGES[address]
    english = client.get(f"{address}&lang=en")
    page = client.get(f"{address}&lang={language}")
    assert (english.status_code, page.status_code) == (status, status)
    assert f'<html lang="{language}">' in page.text
    translations = dict(pairs(language))
    said = Shown(english.text).texts & translations.keys()
    assert wanted <= said
    shown = Shown(page.text).texts
    assert {translations[text] for text in said} <= shown
    # Some words of a language are written as English ones that mean something else.
    assert not (said & shown) - set(translations.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_parts_that_gradio_shows_are_in_the_language(client: TestClient, language: str) -> None:
    live, texts = client.app.state.live, Texts(language)  # type: ignore[attr-defined]
    searched = SearchPage.open(live, f"q=women+credit&lang={language}", "", "/")
    page = Shown(searched.html("parts/page.html")).texts
    assert {texts.say("Search reports"), texts.say("Related reports"), searched.announcement} <= page
    assert texts.say("Why this report?") in Shown(related_html(live, "sample001", "", language)).texts
    failed = Shown(Rendering(language).html("parts/failure.html", detail="The index is damaged.")).texts
    assert failed == {texts.say("This cannot be answered"), texts.say("Go to the search"), "The index is damaged."}


def test_a_value_that_no_report_has_is_answered_in_spanish(client: TestClient) -> None:
    page = client.get("/search?topic=irigation&mode=psychic&lang=es").text
    assert "Materias: ningún informe tiene «irigation». ¿Quiso decir: irrigation?" in page
    assert "No se pudo usar una parte de la dirección y se omitió: mode." in page


def test_what_related_reports_share_is_said_whole(client: TestClient) -> None:
    for language, found in {"en": "It shares the subjects ", "es": "Materias en común: "}.items():
        page = Shown(client.get(f"/report/sample001?lang={language}").text).texts
        assert any(text.startswith(found) and text.endswith(".") for text in page)


# Bringing the catalogues up to date

OF_A_TRANSLATOR = """# Traducido por alguien <alguien@example.org>.
msgid ""
msgstr ""
"Last-Translator: alguien <alguien@example.org>\\n"
"PO-Revision-Date: 2026-01-02 03:04+0000\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Kept"
msgstr "Queda"

msgid "Gone long ago"
msgstr "Se fue"

#~ msgid "Gone before"
#~ msgstr "Ya no estaba"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a few texts, with a Spanish catalogue and the script."""
    files = {
        "ui/pages/cards.py": 'N_("Kept")\ntexts.say("Kept apart")\ntexts.count("%(n)s card", "%(n)s cards", 2)\n',
        "ui/templates/card.html": '{% if x %}\n{{ _("Of a template") }}\n{% endif %}\n',
        "ui/examples/01-all.rq": "# All of it\n# Shows all\n# there is.\nSELECT * { ?s ?p ?o }\n",
        "ui/assets/node_modules/tool/build.py": 'N_("Of a library")\n',
        "ui/locales/es/LC_MESSAGES/reportgraph.po": OF_A_TRANSLATOR,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    copyfile(REPOSITORY / "pyproject.toml", tmp_path / "pyproject.toml")
    copyfile(update_catalogues.__file__, tmp_path / "ui" / "locales" / "update_catalogues.py")
    return tmp_path


def update(project: Path) -> dict[str, str]:
    subprocess.run([sys.executable, "ui/locales/update_catalogues.py"], check=True, timeout=60, cwd=project)
    folder = project / "ui" / "locales"
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.po*")}


def test_the_script_adds_what_is_new_keeps_what_is_there_and_drops_what_is_gone(project: Path) -> None:
    once = update(project)
    assert set(once) == {"reportgraph.pot", *(f"{language}/LC_MESSAGES/reportgraph.po" for language in TRANSLATED)}
    spanish = read_po(BytesIO(once["es/LC_MESSAGES/reportgraph.po"].encode()), locale="es")
    assert {message.id: message.string for message in messages(spanish)} == {
        "Kept": "Queda",
        "Kept apart": "",
        ("%(n)s card", "%(n)s cards"): ("", ""),
        "Of a template": "",
        "All of it": "",
        "Shows all there is.": "",
    } | dict.fromkeys(texts_of_facets(), "")
    assert not spanish.obsolete
    assert "alguien" not in once["es/LC_MESSAGES/reportgraph.po"]
    assert "plural=(n > 1)" in once["fr/LC_MESSAGES/reportgraph.po"]


def test_a_second_run_changes_nothing(project: Path) -> None:
    assert update(project) == update(project)
