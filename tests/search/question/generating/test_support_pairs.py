"""The check of support with the real multilingual model, on the pairs whose figures docs/decisions/0020 gives."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from embeddings.models import PACKAGED_MODELS, open_encoder
from search.question.generating.support import Reason, Support
from tests.embeddings.conftest import needed_package

pytestmark = pytest.mark.slow

PASSAGES: Final[list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "support_pairs.toml").read_text(encoding="utf-8")
)["passage"]
ROW = next(row for row in PACKAGED_MODELS if row.name == "multilingual-e5-small")


@pytest.fixture(scope="module")
def support(tmp_path_factory: pytest.TempPathFactory) -> Support:
    needed_package(ROW.package, ROW.extra)
    return Support.by(open_encoder(ROW.name, cache=tmp_path_factory.mktemp("cache")))


def kept(support: Support, kind: str, *, across: bool, held_out: bool) -> tuple[int, int]:
    """How many sentences of a kind are supported, and how many there are."""
    counts: Counter[bool] = Counter()
    for passage in PASSAGES:
        for language, sentences in passage.get(kind, {}).items():
            if (language != passage["language"]) is across and passage.get("held_out", False) is held_out:
                for sentence in sentences:
                    counts[support.objection(sentence, [passage["text"]], language=language) is None] += 1
    return counts[True], counts.total()


@pytest.mark.parametrize("held_out", [False, True])
def test_what_passages_say_is_kept_in_their_words_and_often_across_languages(
    support: Support, *, held_out: bool
) -> None:
    assert kept(support, "supported", across=False, held_out=held_out) == (16, 16)
    many, of = kept(support, "supported", across=True, held_out=held_out)
    assert of == 24
    assert many >= 9


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("kind", ["unsupported", "embellished"])
def test_what_passages_do_not_say_is_dropped(support: Support, kind: str, *, across: bool, held_out: bool) -> None:
    many, of = kept(support, kind, across=across, held_out=held_out)
    assert of >= 8
    assert many == 0


@pytest.mark.parametrize("held_out", [False, True])
def test_denials_are_dropped_but_for_a_few(support: Support, *, held_out: bool) -> None:
    for across in (False, True):
        many, of = kept(support, "negated", across=across, held_out=held_out)
        assert of == 8
        assert many <= 1


def test_swapped_roles_are_beyond_this_check(support: Support) -> None:
    # No promise, but what the documentation says: who mends this must mend that.
    many, of = kept(support, "blind", across=False, held_out=True)
    assert many >= of - 1


def test_an_answer_about_something_else_is_far_in_meaning(support: Support) -> None:
    found = support.objection("Les banques prêtent de l'argent aux petites entreprises.", [PASSAGES[1]["text"]])
    assert found is not None
    assert found.reason is Reason.MEANING
