"""Answers in words: their figures and names in every language, and why there is none."""

from __future__ import annotations

import pytest

from search.question.answering.asker import Asker
from search.question.understanding.plan import Gap
from ui.answers import criteria, summary
from ui.texts import Texts


def _summary(asker: Asker, question: str, language: str, *, prior: str | None = None) -> str:
    answer = asker.ask(question, language=language, prior=prior)
    assert answer.plan.language == language
    return _plain(summary(answer, Texts(language)))


def _plain(text: str) -> str:
    """The text with common spaces: French has others before its signs."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "question", "said"),
    [
        ("en", "How many reports are about Kenya?", "5 reports: Country: Kenya."),
        ("fr", "Combien de rapports sur le Pérou ?", "3 rapports : Pays : Pérou."),
        ("es", "¿Cuántos informes hay sobre Kenia?", "5 informes: País: Kenia."),
        ("pt", "Quantos relatórios há sobre o Quênia?", "5 relatórios: País: Quênia."),
        ("en", "How many theses are there?", "1 report: Format: Thesis."),
        ("en", "What share of the reports is open access?", "75%: 12 of 16 reports (Access: Open access)."),
        ("fr", "Quelle part des rapports est en anglais ?", "62 %: 10 rapports sur 16 (Langue : Anglais)."),
        ("en", "Which numbers of River Papers are missing?", "Missing in River Papers between 1 and 7: 3, 5, 6."),
        ("es", "¿Qué números faltan en la serie River Papers?", "Faltan en River Papers entre 1 y 7: 3, 5, 6."),
        (
            "pt",
            "Que números faltam na revista Journal of Small Streams?",
            "Não falta nenhum número de Journal of Small Streams entre 3 e 4.",
        ),
        ("en", "Compare Kenya and Mali", "Reports: Kenya: 5; Mali: 4. More from Kenya."),
        ("es", "Compara Perú y Nepal", "Informes: Perú: 3; Nepal: 3. El mismo número."),
        ("fr", "Comparez le Kenya et le Népal", "Rapports : Kenya: 5; Népal: 3. Davantage pour Kenya."),
        (
            "en",
            "coauthors of Aminata Diallo-Sy",
            "2 co-authors of Diallo-Sy, Aminata: Kováčová, Żaneta (1); Okello, Denis (1).",
        ),
        ("en", "Which topics appeared for the first time in 2020?", "For the first time (Subjects): insurance (1)."),
        (
            "es",
            "¿Qué países hay?",
            "4 valores en País (en toda la colección): Kenia (5); Mali (4); Nepal (3); Perú (3).",
        ),
        (
            "en",
            "What do widows sell every week?",
            "Reports say: “Widows who keep goats sell milk every week.” (Goat keeping by widows in Kenya, 1998)",
        ),
    ],
)
def test_answers_are_said_in_the_language_of_the_question(
    asker: Asker, language: str, question: str, said: str
) -> None:
    assert _summary(asker, question, language) == said


@pytest.mark.parametrize(
    ("language", "question", "first"),
    [
        ("en", "Which topics are most frequent in Kenya?", "gender (3)"),
        ("fr", "Quels pays ont le plus de rapports ?", "Kenya (5); Mali (4); Népal (3); Pérou (3)"),
        ("es", "¿Qué idiomas son los más frecuentes?", "Inglés (10); Español (3); Francés (2); Portugués (1)"),
        ("pt", "Quais são os tipos mais frequentes?", "Relatório (7); Documento de trabalho (4)"),
    ],
)
def test_values_are_named_in_the_language_of_the_question(
    asker: Asker, language: str, question: str, first: str
) -> None:
    assert f": {first}" in _summary(asker, question, language)


def test_no_more_than_ten_values_are_named(asker: Asker) -> None:
    said = _summary(asker, "List all authors", "en")
    assert said.count("; ") == 10
    assert said.endswith("and 4 more.")


@pytest.mark.parametrize(
    ("language", "question", "said"),
    [
        ("en", "reports about Kenya since 2010", "Country: Kenya; since 2010"),
        ("en", "reports about Kenya before 2010", "Country: Kenya; until 2009"),
        ("en", "reports about Kenya published between 2000 and 2010", "Country: Kenya; 2000–2010"),
        ("en", "reports published in 2004 or 2008", "2004, 2008"),
        ("en", "reports not in English", "not Language: English"),
        ("en", "How many reports are about Kenya and Mali?", "Country: Kenya or Mali"),
        ("en", "Compare Kenya and Mali", "Country: Kenya; Country: Mali"),
        ("en", "How many reports are about both Kenya and Mali since 2010?", "Country: Kenya and Mali; since 2010"),
        ("en", "How many reports on goats in Kenya and on drought?", "Subjects: goats and drought; Country: Kenya"),
        ("en", "How many reports on goats and drought or seeds?", "Subjects: goats and (drought or seeds)"),
        ("es", "¿Cuántos informes tratan tanto de goats como de drought?", "Materias: goats y también drought"),
        ("es", "¿Cuántos informes tratan de goats o drought?", "Materias: goats o bien drought"),
        ("fr", "Combien de rapports portent à la fois sur goats et drought ?", "Sujets : goats et drought"),
        ("fr", "Combien de rapports sur le Kenya ou le Mali ?", "Pays : Kenya ou Mali"),
        ("pt", "Quantos relatórios tratam tanto de goats quanto de drought?", "Assuntos: goats e drought"),
        ("pt", "Quantos relatórios há sobre o Quênia ou o Mali?", "País: Quênia ou Mali"),
        ("en", "How many reports are about canals?", "with the words “canals”"),
        ("en", "River Papers 4", "Series: River Papers; number 4"),
        ("en", "How many reports are there?", "in the whole collection"),
        ("es", "informes sobre Perú desde 2010", "País: Perú; desde 2010"),
        ("fr", "rapports en espagnol avant 2010", "Langue : Espagnol; jusqu’en 2009"),
        ("pt", "relatórios sobre o Quênia exceto em inglês", "País: Quênia; não Idioma: Inglês"),
    ],
)
def test_what_binds_is_said(asker: Asker, language: str, question: str, said: str) -> None:
    assert _plain(criteria(asker.ask(question, language=language).plan, Texts(language))) == said


@pytest.mark.parametrize(
    ("language", "question", "said"),
    [
        (
            "en",
            "How many reports are about both Kenya and Mali?",
            "0 reports: Country: Kenya and Mali. Reports with each of them: Kenya (5); Mali (4).",
        ),
        (
            "es",
            "¿Cuántos informes tratan de ambos, Kenia y Malí?",
            "Informes con cada uno por separado: Kenia (5); Mali (4).",
        ),
        (
            "fr",
            "Combien de rapports sur le Kenya et le Mali à la fois ?",
            "Rapports avec chacun séparément : Kenya (5); Mali (4).",
        ),
        (
            "pt",
            "Quantos relatórios há sobre o Quênia e o Mali ao mesmo tempo?",
            "Relatórios com cada um em separado: Quênia (5); Mali (4).",
        ),
        (
            "en",
            "reports by Kováčová and Tamwe",
            "and Tamwe, J. P. Reports with each of them: Kováčová, Żaneta (3); Tamwe, J. P. (2).",
        ),
        (
            "en",
            "list reports with the keywords insurance and youth",
            "No record has all of these headings: insurance (1); youth (1).",
        ),
    ],
)
def test_where_no_report_has_all_each_is_told(asker: Asker, language: str, question: str, said: str) -> None:
    assert said in _summary(asker, question, language)


REFUSED = {
    Gap.EMPTY: "?",
    Gap.WHICH_REPORTS: "reports like these",
    Gap.NOTHING: "audit reports published before 2000",
    Gap.UNKNOWN_NAME: "reports by Denis Okelo",
    Gap.NO_EVIDENCE: "What is the interest rate in Mali?",
    Gap.NOT_IN_RECORDS: "What is the phone number of Dinah Okello?",
    Gap.FUTURE: "What will the yields of maize be in Kenya in 2050?",
}


def test_every_reason_is_asked_for() -> None:
    assert set(REFUSED) == set(Gap)


@pytest.mark.parametrize("gap", REFUSED)
def test_the_reason_why_there_is_no_answer_is_said_in_every_language(asker: Asker, gap: Gap) -> None:
    answer = asker.ask(REFUSED[gap])
    assert answer.refusal is not None
    assert answer.refusal.gap is gap
    said = [summary(answer, Texts(language)) for language in ("en", "es", "fr", "pt")]
    assert len(set(said)) == 4
    assert not any("%(" in text for text in said)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("reports by Denis Okelo", ("No record names “Denis Okelo”.", "Nearest names: Okello, Denis")),
        (
            "audit reports published before 2000",
            ("No report matches all of: Format: Audit report; until 1999.", "from 2019 to 2020"),
        ),
        ("qwzx vbnmk plorf", ("Nothing in the collection speaks of this",)),
        ("What is the phone number of Dinah Okello?", ("Records do not hold contact details.",)),
        ("What will the yields of maize be in Kenya in 2050?", ("no report that was found speaks of 2050",)),
    ],
)
def test_a_refusal_says_what_is_nearest(asker: Asker, question: str, said: tuple[str, ...]) -> None:
    text = summary(asker.ask(question), Texts("en"))
    assert all(part in text for part in said)


def test_what_nothing_binds_is_not_said_to_be_filtered(asker: Asker) -> None:
    text = summary(asker.ask("conflicts after the agreement of 1999"), Texts("en"))
    assert text.startswith("Nothing in the collection speaks of this")
