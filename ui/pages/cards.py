"""Hits -> cards: the one way in which a report is shown in a list, on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg import descriptions
from kg.facets.table import FACETS
from kg.facets.values import FacetValue
from search.fulltext.highlighting import Piece, card_language, excerpt, highlighted
from search.fusion import GRAPH, LEXICAL, SEMANTIC
from search.request import Hit, Why
from search.reranking import RERANKER
from search.snapshots.snapshot import Snapshot
from ui.pages.address import Address
from ui.pages.links import last_part, report_path
from ui.texts import N_, Texts

_TOPICS: Final = 8
_AUTHORS: Final = 8

_PARTS: Final = {
    LEXICAL: N_("words %(share)s"),
    SEMANTIC: N_("meaning %(share)s"),
    GRAPH: N_("shared facts %(share)s"),
    RERANKER: N_("second look %(share)s"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A label and the address of the search for it (the part after ``?``)."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of a report in a list. ``reasons`` are sentences that say why it is there, ``shares`` how much each
    kind of likeness did for its place.
    """

    id: str
    href: str
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    authors: tuple[Link, ...]
    more_authors: int
    year: Link | None
    facts: tuple[Link, ...]
    series: tuple[Link, ...]
    topics: tuple[Link, ...]
    invented: bool
    reasons: tuple[str, ...]
    shares: tuple[str, ...]


def card_of(snapshot: Snapshot, hit: Hit, texts: Texts, address: Address) -> Card:
    """The card of a hit. Links to entities start a new search, in the language of ``address``."""
    card = hit.card
    ordinal = snapshot.columns.ordinal(card.iri)
    assert ordinal is not None
    columns = snapshot.columns

    def links(row: str) -> tuple[Link, ...]:
        values = ((facet, value) for facet in _row(row) for value in columns.values(facet, ordinal))
        return tuple(facet_link(facet, value, texts, address) for facet, value in values)

    language = card_language(card.title, card.abstract or "", _stated(columns.values("language", ordinal)))
    return Card(
        id=card.id,
        href=_page(card, address),
        title=highlighted(card.title, hit.why.words, language),
        excerpt=excerpt(card.abstract or "", hit.why.words, language),
        authors=tuple(
            Link(signature.name, address.only("author", last_part(signature.person)).query_string)
            for signature in card.signatures[:_AUTHORS]
        ),
        more_authors=max(0, len(card.signatures) - _AUTHORS),
        year=_year(card.year, address),
        facts=links("facts"),
        series=links("source"),
        topics=links("topics")[:_TOPICS],
        invented=card.invented,
        reasons=reasons(hit.why, texts),
        shares=_shares(hit.why, texts),
    )


def _row(row: str) -> list[str]:
    """The facets of a row of the card, in the order in which they stand there."""
    shown = sorted((facet.card.place, name) for name, facet in FACETS.items() if facet.card and facet.card.row == row)
    return [name for _, name in shown]


def facet_link(facet: str, value: FacetValue, texts: Texts, address: Address) -> Link:
    """The search for all reports with a value, under its label in the reader's language."""
    return Link(value.label_in(texts.language), address.only(facet, last_part(value.value)).query_string)


def reasons(why: Why, texts: Texts) -> tuple[str, ...]:
    """Why a report is there, in sentences."""
    said = []
    if why.words:
        said.append(texts.say("It holds the words: %(words)s.", words=", ".join(why.words)))
    if why.similar:
        said.append(texts.say("It holds words like: %(words)s.", words=", ".join(why.similar)))
    if why.similarity is not None:
        similarity = texts.number(round(why.similarity, 2))
        said.append(texts.say("Its meaning is similar: %(similarity)s on a scale to 1.", similarity=similarity))
        if why.title_only:
            said.append(texts.say("It has no abstract: its title and subjects were compared."))
    said += [_shared(facet, values, texts) for facet, values in why.shared.items()]
    return tuple(said)


def _shares(why: Why, texts: Texts) -> tuple[str, ...]:
    """What the place of a hit comes from, each kind with its share of the score."""
    total = sum(why.parts.values())
    shares = ((name, part / total) for name, part in why.parts.items() if part > 0)
    return tuple(texts.say(_PARTS[name], share=texts.share(share)) for name, share in shares)


def _shared(facet: str, values: tuple[FacetValue, ...], texts: Texts) -> str:
    likeness = FACETS[facet].likeness
    assert likeness is not None, facet
    labels = ", ".join(value.label_in(texts.language) for value in values)
    said = texts.say("It shares %(what)s.", what=texts.say(likeness.said, labels=labels))
    # Names end with initials.
    return said[:-1] if said.endswith("..") else said


def _stated(languages: list[FacetValue]) -> tuple[str, ...]:
    return tuple(last_part(language.value) for language in languages if language.labels)


def _page(card: descriptions.Card, address: Address) -> str:
    asked = f"?lang={address.language}" if address.language else ""
    return report_path(card.id) + asked


def _year(year: int | None, address: Address) -> Link | None:
    if year is None:
        return None
    return Link(str(year), Address(year_from=year, year_to=year, language=address.language).query_string)
