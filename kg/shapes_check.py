"""Does the graph look as its shapes say? SHACL by pySHACL, a batch of reports at a time.

A whole collection never fits into one rdflib graph (1.3 kB a triple), so each batch is a graph of some reports, what
they point to, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from rdflib import Graph, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg import sparql
from kg.store import GraphStore

BATCH: Final = 250


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it should be: the node, the property if it is one's fault, and what is wrong."""

    node: str
    path: str | None
    message: str


def check(
    store: GraphStore, iris: Sequence[str], *, progress: Callable[[int], None] | None = None
) -> Iterator[Violation]:
    """The violations among some reports and the entities they mention. ``progress`` is told the reports done."""
    import pyshacl  # noqa: PLC0415 - takes half a second that only this command needs

    shapes = Graph().parse(data=_shapes(), format="turtle")
    told: set[Violation] = set()
    for start in range(0, len(iris), BATCH):
        batch = [URIRef(iri) for iri in iris[start : start + BATCH]]
        described = store.answer(sparql.bind(sparql.query("report_description"), report=batch), "ntriples")
        data = Graph().parse(data=described, format="nt")
        _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)
        assert isinstance(results, Graph)
        # An entity that many batches mention is wrong once.
        fresh = [violation for violation in _violations(results) if violation not in told]
        told.update(fresh)
        yield from fresh
        if progress is not None:
            progress(min(start + BATCH, len(iris)))


def _shapes() -> str:
    return resources.files("kg").joinpath("shapes", "report.ttl").read_text(encoding="utf-8")


def _violations(results: Graph) -> list[Violation]:
    found = {
        Violation(
            node=str(results.value(result, SH.focusNode)),
            path=_text(results.value(result, SH.resultPath)),
            message=str(results.value(result, SH.resultMessage)),
        )
        for result in results.subjects(predicate=SH.focusNode)
    }
    return sorted(found, key=lambda violation: (violation.node, violation.path or "", violation.message))


def _text(node: Node | None) -> str | None:
    return None if node is None else str(node)
