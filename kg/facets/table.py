"""The facets: one entry says all that the program knows of a facet, and every surface follows from it.

Columns and counts, command-line options, parameters of the API and of addresses, headings on pages, suggestions, cards,
related reports and the roles of names in questions are all read from here. A further facet is an entry here, a query
file ``kg/queries/facet_<name>.rq`` and its translations (docs/architecture.md).

Nothing slow is imported: the command line reads this before it knows what it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from kg.model import Kind


class Holds(StrEnum):
    """How many values of a facet a report has, which decides what "and" between two of them asks for."""

    ONE = "one"
    """One as a rule: "and" means either."""
    AT_TIMES_SEVERAL = "at times several"
    """"And" means either, unless it is said that both are wanted."""
    SEVERAL = "several"
    """"And" means both."""


@dataclass(frozen=True, slots=True)
class OnCard:
    """Where the card of a report shows the values: in which ``row``, and there at which ``place``, lowest first."""

    row: Literal["facts", "source", "topics"]
    place: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a shared value makes reports alike: ``weight`` times its rarity. ``said`` names the shared ``%(labels)s``."""

    weight: float
    said: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How questions ask by a facet. Its words are in the lexicons of `search.question.understanding`.

    ``usual`` is the facet's place among those that a name without a role may be of, the likeliest lowest; ``None``
    where no name is of it unless words say so. ``led`` are the facets, the likeliest first, that a name beside the
    facet's own noun may be of ("the journal X"); without any, its noun leads to no name. ``roles`` are the facets that
    its words narrow an institution to, the first of them in which a record names it. ``beside`` says that its
    commonest values are shown beside answers.
    """

    usual: int | None = None
    led: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One facet.

    ``name`` is what files, addresses and programs call it, ``label`` its heading on pages, in English: translations are
    in ``ui/locales``. ``kind`` is what its values are; ``None`` for years, which are literals and chosen as a range.
    ``parts`` are the fields of a :class:`kg.model.Report` that its values are read from.

    ``holds`` is how many values a report has. ``needs_stated`` marks a facet whose inferred values take a stated fact
    as well: the graphs of inferred facts alone hold none. ``suggested`` values are offered while a query is typed, and
    among equally common ones those of an earlier facet first. ``unfolded`` lists are open on the search page; others
    are a heading until a reader opens them, and none is shown without values.
    """

    name: str
    label: str
    kind: Kind | None
    parts: tuple[str, ...]
    holds: Holds = Holds.ONE
    needs_stated: bool = False
    suggested: bool = False
    unfolded: bool = False
    card: OnCard | None = None
    likeness: Likeness | None = None
    asked: Asked = Asked()

    @property
    def query(self) -> str:
        """The query file in ``kg/queries`` that finds ``?report ?value``."""
        return f"facet_{self.name}"

    @property
    def noun(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")

    @property
    def option(self) -> str:
        """The name as the command line writes it."""
        return self.name.replace("_", "-")


_FACETS: Final = (
    Facet(
        name="topic",
        label="Subjects",
        kind=Kind.TOPIC,
        parts=("topics",),
        holds=Holds.SEVERAL,
        suggested=True,
        unfolded=True,
        card=OnCard("topics", 1),
        likeness=Likeness(1.0, "the subjects %(labels)s"),
        asked=Asked(usual=11, led=("topic",), beside=True),
    ),
    Facet(
        name="author",
        label="Authors",
        kind=Kind.AUTHOR,
        parts=("authors",),
        holds=Holds.SEVERAL,
        suggested=True,
        unfolded=True,
        likeness=Likeness(1.0, "the authors %(labels)s"),
        asked=Asked(usual=10, led=("author", "repository", "publisher", "institution"), beside=True),
    ),
    Facet(
        name="institution",
        label="Institutions",
        kind=Kind.INSTITUTION,
        parts=("corporate_authors", "affiliations", "publishers", "funders"),
        holds=Holds.AT_TIMES_SEVERAL,
        suggested=True,
        unfolded=True,
        asked=Asked(usual=8, led=("institution", "publisher", "repository"), beside=True),
    ),
    Facet(
        name="series",
        label="Series",
        kind=Kind.SERIES,
        parts=("series",),
        suggested=True,
        unfolded=True,
        card=OnCard("source", 1),
        likeness=Likeness(0.5, "the series %(labels)s"),
        asked=Asked(usual=9, led=("series",)),
    ),
    Facet(
        name="publisher",
        label="Publisher",
        kind=Kind.INSTITUTION,
        parts=("publishers",),
        unfolded=True,
        card=OnCard("source", 2),
        asked=Asked(usual=7, led=("publisher", "institution", "repository")),
    ),
    Facet(
        name="corporate_author",
        label="Corporate authors",
        kind=Kind.INSTITUTION,
        parts=("corporate_authors",),
        holds=Holds.AT_TIMES_SEVERAL,
        likeness=Likeness(0.3, "the institution %(labels)s"),
        asked=Asked(led=("institution", "publisher", "repository"), roles=("corporate_author",)),
    ),
    Facet(
        name="affiliation",
        label="Affiliations",
        kind=Kind.INSTITUTION,
        parts=("affiliations",),
        holds=Holds.AT_TIMES_SEVERAL,
        likeness=Likeness(0.3, "the institution %(labels)s"),
        # Some sources write affiliations where corporate authors stand (docs/decisions/0002).
        asked=Asked(led=("institution", "publisher", "repository"), roles=("affiliation", "corporate_author")),
    ),
    Facet(
        name="funder",
        label="Funders",
        kind=Kind.INSTITUTION,
        parts=("funders",),
        holds=Holds.AT_TIMES_SEVERAL,
        asked=Asked(led=("institution", "publisher", "repository"), roles=("funder",)),
    ),
    Facet(
        name="year",
        label="Year",
        kind=None,
        parts=("year",),
    ),
    Facet(
        name="language",
        label="Language",
        kind=Kind.LANGUAGE,
        parts=("languages",),
        card=OnCard("facts", 2),
        asked=Asked(usual=1, led=("language",)),
    ),
    Facet(
        name="type",
        label="Format",
        kind=Kind.TYPE,
        parts=("types",),
        card=OnCard("facts", 1),
        asked=Asked(usual=2),
    ),
    Facet(
        name="country",
        label="Country",
        kind=Kind.PLACE,
        parts=("places",),
        holds=Holds.AT_TIMES_SEVERAL,
        suggested=True,
        likeness=Likeness(0.5, "the country %(labels)s"),
        asked=Asked(usual=4, beside=True),
    ),
    Facet(
        name="region",
        label="Region",
        kind=Kind.PLACE,
        parts=("places",),
        holds=Holds.AT_TIMES_SEVERAL,
        needs_stated=True,
        suggested=True,
        likeness=Likeness(0.3, "the region %(labels)s"),
        asked=Asked(usual=5),
    ),
    Facet(
        name="repository",
        label="Repository",
        kind=Kind.REPOSITORY,
        parts=("repositories",),
        asked=Asked(usual=6, led=("repository", "publisher", "institution")),
    ),
    Facet(
        name="access",
        label="Access",
        kind=Kind.ACCESS,
        parts=("access",),
        card=OnCard("facts", 3),
        asked=Asked(usual=3),
    ),
)

FACETS: Final = {facet.name: facet for facet in _FACETS}
"""The facets by name, in the order in which they are shown."""

VALUE_FACETS: Final = tuple(name for name, facet in FACETS.items() if facet.kind is not None)
"""Those whose values are chosen or excluded one by one; years are chosen as a range."""


def of_kinds(*kinds: Kind) -> tuple[str, ...]:
    """The facets whose values are of some kinds, in the order of the table."""
    return tuple(name for name, facet in FACETS.items() if facet.kind in kinds)
