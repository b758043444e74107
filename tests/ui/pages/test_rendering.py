from __future__ import annotations

import re
from importlib import resources

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import TemplateNotFound

from tests.ui.pages.markup import Markup
from ui.languages import LANGUAGES
from ui.pages.rendering import Rendering, environment


def here(path: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_escaped_wherever_they_stand(language: str) -> None:
    hostile = "\"'><script>alert(1)</script>{{ 7 * 7 }}%(x)s"
    html = Rendering(language).html("error.html", heading=hostile, detail=hostile, here_in=here(f"/{hostile}"))
    found = Markup(html)
    assert not found.faults
    assert not found.all("script")
    assert found.one("h1").text == hostile
    assert found.all("a", hreflang="es")[0].attributes["href"] == f"/{hostile}"


def test_a_value_that_is_missing_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError):
        Rendering("en").html("error.html", heading="x", here_in=here("/"))
    with pytest.raises(TemplateNotFound):
        Rendering("en").html("../settings.py")


def test_the_language_of_the_address_alone_is_passed_on() -> None:
    liked = Rendering("fr").html("error.html", heading="x", detail="y", here_in=here("/"))
    asked = Rendering("fr", "fr").html("error.html", heading="x", detail="y", here_in=here("/"))
    assert "lang=fr" not in liked
    assert ("/?lang=fr", "reportgraph") in Markup(asked).links
    assert Markup(liked).one("html").attributes["lang"] == "fr"


def test_one_environment_serves_all_readers_of_a_language() -> None:
    assert environment("es") is environment("es")
    assert environment("es") is not environment("pt")


def test_no_template_marks_text_as_safe() -> None:
    folder = resources.files("ui").joinpath("templates")
    names = environment("en").list_templates()
    assert len(names) > 10
    for name in names:
        text = folder.joinpath(name).read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", text), name
        # Attributes without quotes would end at a space.
        assert not re.search(r"=\{\{", text), name
