from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from kg.quads import Quad, nquad

_S, _P, _G = URIRef("http://e/s"), URIRef("http://e/p"), URIRef("http://e/g")


def _parsed(line: str) -> pyoxigraph.Quad:
    (quad,) = pyoxigraph.parse(line.encode(), format=pyoxigraph.RdfFormat.N_QUADS)
    assert isinstance(quad, pyoxigraph.Quad)
    return quad


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_and_is_written_as_engines_write_it(text: str) -> None:
    line = nquad(Quad(_S, _P, text))
    store = pyoxigraph.Store()
    store.load(line.encode(), format=pyoxigraph.RdfFormat.N_QUADS)
    assert store.dump(format=pyoxigraph.RdfFormat.N_QUADS) == line.encode()
    assert line.endswith(" .\n")
    assert line.count("\n") == 1
    assert _parsed(line).object == pyoxigraph.Literal(text)


def test_languages_datatypes_iris_and_graphs_are_written() -> None:
    assert nquad(Quad(_S, _P, Literal("été", lang="fr"), _G)) == '<http://e/s> <http://e/p> "été"@fr <http://e/g> .\n'
    year = Literal("2024", datatype=XSD.gYear)
    assert nquad(Quad(_S, _P, year)) == f'<http://e/s> <http://e/p> "2024"^^<{XSD.gYear}> .\n'
    assert nquad(Quad(_S, _P, _G)) == "<http://e/s> <http://e/p> <http://e/g> .\n"
