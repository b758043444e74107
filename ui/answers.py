"""An answer in words, in the asker's language."""

from __future__ import annotations

from search.question.answer import Answer
from ui.texts import Texts


def told(answer: Answer, texts: Texts) -> str:
    """The answer as one short paragraph: the figure or the names, or why there is none."""
    return texts.say("%(count)s reports.", count=texts.number(answer.total))
