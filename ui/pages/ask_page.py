"""The page of questions as HTML: its frame at once, the answer when it is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from search.question.answering.answer import Answer
from search.question.answering.asker import Asker
from search.question.answering.live import LiveAsker
from search.question.understanding.words import LONGEST
from search.snapshots.snapshot import Snapshot
from ui.errors import readable
from ui.languages import LANGUAGES
from ui.pages.ask_address import AskAddress
from ui.pages.ask_view import ask_view
from ui.pages.example_questions import EXAMPLE_QUESTIONS
from ui.pages.rendering import Rendering

_HERE: Final = Markup("<!-- the answer -->")
"""Where the answer stands in the frame. What people write is escaped, so that no question can hold this."""

_CARDS: Final = 10


@dataclass(frozen=True, slots=True)
class AskPage:
    """A question for one reader."""

    asker: Asker
    address: AskAddress
    rendering: Rendering
    generating: bool = False

    @classmethod
    def open(cls, asker: LiveAsker, query_string: str, accept_language: str, *, generating: bool = False) -> AskPage:
        """The page that the part of a URL after ``?`` asks for."""
        address = AskAddress.read(query_string)
        return cls(asker.current(), address, Rendering.for_reader(address.language, accept_language), generating)

    def parts(self) -> Iterator[str]:
        """The page in parts to be sent one by one: what stands before the answer, and then the rest.

        An error that nobody expected is raised after the last part: readers see that there is no answer.
        """
        before, _, after = self._frame().partition(_HERE)
        yield before
        if not self.address.question:
            yield after
            return
        try:
            answer = self._answer()
        except Exception as error:
            said = readable(error)
            detail = said or self.rendering.texts.say("Something went wrong on the server. Its log says what.")
            yield self.rendering.html("parts/unanswered.html", detail=detail) + after
            if said is None:
                raise
            return
        yield answer + after

    def _frame(self) -> str:
        address = self.address
        return self.rendering.html(
            "ask.html",
            address=address,
            answer=_HERE,
            longest=LONGEST,
            examples=_examples(address, self.rendering),
            here_in={code: address.spoken(code).href for code in LANGUAGES},
            ignored=", ".join(address.ignored),
            before=address.asking(address.after).href,
            alone=address.alone().href,
        )

    def _answer(self) -> str:
        answer = self.asker.ask(
            self.address.question,
            language=self.rendering.language,
            prior=self.address.after or None,
            corrections=self.address.corrections,
            limit=_CARDS,
        )
        return answer_html(self.asker.engine.snapshot, answer, self.address, self.rendering, generating=self.generating)


def answer_html(
    snapshot: Snapshot, answer: Answer, address: AskAddress, rendering: Rendering, *, generating: bool = False
) -> str:
    """What stands under a question: how it was understood, its answer, and the reports.

    With ``generating`` there is a place for what a generator makes of the quotations: the script fills it afterwards.
    """
    view = ask_view(snapshot, answer, address, rendering.texts)
    # In the language of the question, which need not be that of the page around it.
    figures = Rendering(view.language, rendering.asked).html("parts/figures.html", figures=view.figures)
    return rendering.html(
        "parts/answer.html",
        view=view,
        address=address,
        figures=Markup(figures),  # noqa: S704 - a template escaped it
        longest=LONGEST,
        examples=_examples(address, rendering),
        generated=address.generated(rendering.language) if generating and view.quoted else None,
    )


def _examples(address: AskAddress, rendering: Rendering) -> list[tuple[str, str]]:
    """Example questions, each with its address."""
    said = (rendering.texts.say(question) for question, _ in EXAMPLE_QUESTIONS)
    return [(question, address.asking(question).href) for question in said]
