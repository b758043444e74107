from __future__ import annotations

import string
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Kind
from kg.vocab import Minter
from ui.pages.links import last_part, own_path, report_id, report_path, safe_url

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "blob:https://example.org/x",
        "file:///etc/passwd",
        "view-source:http://example.org",
        "mailto:a@example.org",
        "about:blank",
        "//example.org/x",
        "\\\\example.org\\x",
        "http:\\\\example.org",
        "http:/\\example.org",
        "http:/example.org",
        "http:example.org",
        "http:///example.org",
        "http://",
        "http:// example.org",
        "http://exa mple.org",
        "https://example.org/a b",
        "https://example.org/a\u00a0b",
        "https://example.org/\u202egpj",
        "https://example.org/\x00",
        "https://example.org/\x7f",
        "https://example.org/a\nb",
        "ht\ntp://example.org",
        "http://[::1",
        "10.1000/xyz",
        "example.org",
        "/report/1",
        "#top",
        "",
        " ",
    ],
)
def test_what_a_reader_may_not_follow_is_no_link(text: str) -> None:
    assert safe_url(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a?b=c&d=%20#e",
        "HTTP://EXAMPLE.ORG",
        "http://[2001:db8::1]:8080/x",
        "https://español.example/é",
        "https://xn--espaol-zwa.example/",
        "https://user:secret@example.org/",
        "ftp://example.org/a.pdf",
        'https://example.org/"><script>',
        "https://hdl.handle.net/10568/140513",
    ],
)
def test_addresses_of_the_web_are_links_as_they_are(text: str) -> None:
    assert safe_url(text) == text
    assert safe_url(f" {text}\n") == text


@given(
    ANY_TEXT
    | st.lists(
        st.sampled_from(
            ["http", "javascript", ":", "/", "\\", "example.org", "\t", "\n", "\x00", "@", "[", "]", " ", "%0a"]
        ),
        max_size=9,
    ).map("".join)
)
def test_a_link_leads_to_a_named_host_by_a_plain_scheme_as_browsers_read_it(text: str) -> None:
    url = safe_url(text)
    if url is None:
        return
    # Browsers leave out tabs and line breaks, take backslashes for slashes, and read on past missing slashes.
    seen = "".join(character for character in url if character not in "\t\r\n").replace("\\", "/")
    scheme, _, rest = seen.partition(":")
    assert scheme.lower() in {"http", "https", "ftp"}
    assert rest.startswith("//")
    assert not any(character in string.whitespace for character in url)


@given(ANY_TEXT.filter(bool))
def test_an_id_survives_its_path(identifier: str) -> None:
    path = report_path(identifier)
    assert report_id(str(Minter("http://e/").report(identifier))) == identifier
    assert report_id(path) == identifier
    assert path.isascii()
    assert path.count("/") == 2
    assert not set(path) & set("?#\"'<> &\\")


def test_a_suffix_stands_behind_the_id() -> None:
    assert report_path("10568/1", ".ttl") == "/report/10568%2F1.ttl"


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("http://localhost:7860/topic/water-use", "water-use"),
        ("https://e.org/x/author/diop-a", "diop-a"),
        ("2019", "2019"),
        ("water/use", "water/use"),
        ("", ""),
    ],
)
def test_an_entity_is_named_by_the_last_part_of_its_iri(value: str, named: str) -> None:
    assert last_part(value) == named


def test_every_entity_is_named_so_that_its_kind_gives_it_back() -> None:
    minter = Minter("http://e.org/base")
    for kind in Kind:
        iri = str(minter.entity(kind, "water use"))
        assert f"{minter.base}{kind}/{last_part(iri)}" == iri


@given(
    st.lists(
        st.sampled_from(["/", "\\", "\t", "\n", "\r", "evil.example", "..", ".", "x", "?", "#", ":"]), max_size=8
    ).map("".join)
)
def test_a_path_of_this_server_never_leads_to_another(path: str) -> None:
    seen = "".join(character for character in own_path(path) if character not in "\t\r\n").replace("\\", "/")
    assert seen.startswith("/")
    assert not seen.startswith("//")
    assert urlsplit(urljoin("http://here.example/page", seen)).netloc == "here.example"


def test_a_path_of_this_server_stays_as_it_is() -> None:
    assert own_path("/topic/water") == "/topic/water"
    assert own_path("topic/water") == "/topic/water"
    assert own_path("") == "/"
