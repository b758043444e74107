"""What a change of reports changes in the graph: the statements to take out and to put in, and nothing else.

The statements about a report are its own. Those about an entity are shared by all reports that mention it, so they are
made anew from the counts of mentions before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import URIRef

from kg.entities import Entities, derivations, described, places, regions
from kg.mapping import ReportMapper, written
from kg.mentions import Mentioned, MentionFile, Mentions
from kg.model import Derivation, Kind, Report
from kg.vocab import Minter


@dataclass(frozen=True, slots=True)
class GraphChange:
    """Lines of N-Quads to take out and to put in, none in both, and the ``mentions`` to add to those counted before.

    ``redescribed`` are the IRIs of entities of which something else is said than before, or nothing more. ``methods``
    are the methods of inference afterwards, by their graphs; ``None`` if they are the same as before.
    """

    removed: Sequence[bytes]
    added: Sequence[bytes]
    mentions: Mentions
    redescribed: frozenset[str]
    methods: Mapping[URIRef, Derivation] | None


def graph_change(
    before: Iterable[Report], after: Iterable[Report], counted: MentionFile, minter: Minter
) -> GraphChange:
    """The change that replaces some reports by others, in a graph whose mentions are ``counted``.

    ``before`` are the changed reports as the graph has them, ``after`` as it shall have them: a report in one only is
    deleted or new.
    """
    old, new = Entities(minter), Entities(minter)
    gone = set(_statements(before, old))
    come = set(_statements(after, new))
    change = new.mentions.less(old.mentions)
    touched = {node for _, node, _ in change}
    known = counted.of(touched)
    changed = _changed(known, change)
    said, to_say = set(described(known, minter)), set(described(changed, minter))
    of_places = counted.beginning(minter.entity(Kind.PLACE, ""))
    around = set(regions(places(of_places), minter))
    to_be_around = set(regions(places(_changed(of_places, change)), minter))
    redescribed = {quad.subject for quad in (said ^ to_say) | (around ^ to_be_around)}
    gone |= set(written(said | around))
    come |= set(written(to_say | to_be_around))
    methods = [*counted.beginning(minter.inferred_prefix), *of_places]
    ran, run = derivations(methods, minter), derivations(_changed(methods, change), minter)
    return GraphChange(
        removed=sorted(gone - come),
        added=sorted(come - gone),
        mentions=change,
        redescribed=frozenset(map(str, redescribed)),
        methods=None if ran == run else run,
    )


def _statements(reports: Iterable[Report], entities: Entities) -> Iterable[bytes]:
    mapper = ReportMapper(entities)
    return (line for report in reports for line in written(mapper.quads(report)))


def _changed(known: Iterable[Mentioned], change: Mentions) -> list[Mentioned]:
    """Mentions after a change; entities that are mentioned no more are left out."""
    after = Mentions()
    for group, node, counts in known:
        for label, count in counts.items():
            after.add(group, node, label, count)
    for group, node, counts in change:
        for label, count in counts.items():
            after.add(group, node, label, count)
    return [
        Mentioned(group, node, left)
        for group, node, counts in after
        if (left := {label: count for label, count in counts.items() if count > 0})
    ]
