"""The search page's HTML for an address: the same for the plain page and for Gradio's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kg.facets.table import FACETS
from kg.vocab import Minter
from search.fulltext.suggestible import ENTITY_KINDS, REPORT
from search.live import LiveEngine
from search.related import RelatedRequest, related
from search.snapshots.snapshot import Snapshot
from ui.languages import LANGUAGES
from ui.pages.address import Address
from ui.pages.ask_address import AskAddress
from ui.pages.cards import card_of
from ui.pages.query_tips import QUERY_TIPS
from ui.pages.rendering import Rendering
from ui.pages.search_view import SearchView, search_view
from ui.texts import N_

SUGGESTED_NAMES: Final = {kind: FACETS[kind].label for kind in ENTITY_KINDS} | {REPORT: N_("Reports")}
"""What suggestions are called, by their kind."""

_RELATED = 5
_QUESTION_MARKS = "?¿"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A search laid out for one reader; ``path`` is the page that its links lead to."""

    address: Address
    view: SearchView
    rendering: Rendering
    path: str
    snapshot: Snapshot

    @classmethod
    def open(cls, live: LiveEngine, query_string: str, accept_language: str, path: str) -> SearchPage:
        """Search as the part of a URL after ``?`` says; raises :class:`~search.errors.SearchError`."""
        address = Address.read(query_string)
        rendering = Rendering.for_reader(address.language, accept_language)
        engine = live.current()
        return cls(address, search_view(engine, address, rendering.texts), rendering, path, engine.snapshot)

    @property
    def title(self) -> str:
        """The title of the browser's window."""
        return f"{self.address.query} · reportgraph" if self.address.query else "reportgraph"

    @property
    def announcement(self) -> str:
        """What a screen reader says when the results have changed."""
        return self.rendering.texts.count("%(n)s report", "%(n)s reports", self.view.total)

    def html(self, template: str) -> str:
        """A template filled with this search."""
        return self.rendering.html(
            template,
            view=self.view,
            path=self.path,
            here_in={code: f"{self.path}?{self.address.spoken(code).query_string}" for code in LANGUAGES},
            workbench_query=self._workbench_query(),
            question=self._question(),
            suggested={kind: self.rendering.texts.say(name) for kind, name in SUGGESTED_NAMES.items()},
            tips=[tuple(map(self.rendering.texts.say, tip)) for tip in QUERY_TIPS],
        )

    def _question(self) -> str | None:
        """Where the query is answered as a question, if it is written as one."""
        query = self.address.query
        asks = any(sign in query for sign in _QUESTION_MARKS)
        return AskAddress(query, language=self.address.language).href if asks else None

    def _workbench_query(self) -> str:
        asked = {"query": self.view.sparql or ""}
        asked |= {"stated_only": "1"} if self.address.stated_only else {}
        asked |= {"lang": self.address.language} if self.address.language else {}
        return urlencode(asked)


def related_html(live: LiveEngine, report_id: str, query_string: str, accept_language: str) -> str:
    """The cards of the reports most like one; raises :class:`~search.errors.UnknownReportError`."""
    snapshot = live.current().snapshot
    asked = Address.read(query_string).language
    rendering = Rendering.for_reader(asked, accept_language)
    seed = str(Minter(snapshot.manifest.base).report(report_id))
    hits = related(snapshot, RelatedRequest((seed,), limit=_RELATED))
    cards = [card_of(snapshot, hit, rendering.texts, Address(language=asked)) for hit in hits]
    return rendering.html("parts/related.html", cards=cards)
