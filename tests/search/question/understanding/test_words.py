from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.question.understanding.lexicon import LANGUAGES, lexicon
from search.question.understanding.spans import Span, number_of
from search.question.understanding.words import LONGEST, Question, take_apart

THIS_YEAR = 2024

Said = tuple[int | None, int | None] | int | tuple[int, int, str]

# What each expression says: a year, a first and a last year of which one may be open, or two years of which any do.
ANY = "any"
YEARS: dict[str, dict[str, Said | None]] = {
    "en": {
        "reports from 2015": 2015,
        "reports published in 2015": 2015,
        "documents dated 1998": 1998,
        "papers of the year 2011": 2011,
        "reports since 2015": (2015, None),
        "since the year 2015": (2015, None),
        "since May 2015": (2015, None),
        "since last year": (2023, None),
        "in or after 2015": (2015, None),
        "2015 and later": (2015, None),
        "from 2015 until now": (2015, None),
        "between 2015 and today": (2015, None),
        "more recent than 2015": (2016, None),
        "newer than 2015": (2016, None),
        "reports published since 2015": (2015, None),
        "reports from 2015 on": (2015, None),
        "reports from 2015 onwards": (2015, None),
        "reports published in 2015 or later": (2015, None),
        "reports from 2015 to date": (2015, None),
        "reports from 2015 to the present": (2015, None),
        "starting in 2015": (2015, None),
        "no earlier than 2015": (2015, None),
        "not before 2015": (2015, None),
        "reports after 2015": (2016, None),
        "published after 2015": (2016, None),
        "later than 2015": (2016, None),
        "reports before 2015": (None, 2014),
        "published prior to 2015": (None, 2014),
        "older than 2015": (None, 2014),
        "reports until 2015": (None, 2015),
        "in or before 2015": (None, 2015),
        "2015 or earlier": (None, 2015),
        "until last year": (None, 2023),
        "before this year": (None, 2023),
        "reports up to 2015": (None, 2015),
        "no later than 2015": (None, 2015),
        "between 2010 and 2015": (2010, 2015),
        "between 1961-65": (1961, 1965),
        "in 1998/99": (1998, 1999),
        "in 1998-97": 1998,
        "in 1998 - 99 of them": 1998,
        "between the years 2010 and 2015": (2010, 2015),
        "from January 2010 to March 2015": (2010, 2015),
        "in the period 2010-2015": (2010, 2015),
        "for each year 2010 to 2015": (2010, 2015),
        "between 2015 and 2010": (2010, 2015),
        "from 2010 to 2015": (2010, 2015),
        "from 2010 through 2015": (2010, 2015),
        "from 2010 until 2015": (2010, 2015),
        "in the years 2010 to 2015": (2010, 2015),
        "reports 2010-2015": (2010, 2015),
        "reports 2010–2015": (2010, 2015),
        "reports 2010 — 2015": (2010, 2015),
        "reports 2010/2015": (2010, 2015),
        "in 2010 or 2015": (2010, 2015, ANY),
        "in 2010 and 2015": (2010, 2015, ANY),
        "published in May 2015": 2015,
        "in the 1990s": (1990, 1999),
        "the 1990s": (1990, 1999),
        "reports from the 2010s": (2010, 2019),
        "since the 1990s": (1990, None),
        "before the 1990s": (None, 1989),
        "after the 1990s": (2000, None),
        "in the nineties": (1990, 1999),
        "from the 60s": (1960, 1969),
        "of the '60s": (1960, 1969),
        "in the last decade": (2015, 2024),
        "reports of the 20th century": (1901, 2000),
        "since the twentieth century": (1901, None),
        "in the 21st century": (2001, 2100),
        "before the 21st century": (None, 2000),
        "from the sixties": (1960, 1969),
        "since the eighties": (1980, None),
        "in the last 5 years": (2020, 2024),
        "over the past five years": (2020, 2024),
        "in the last 10 years": (2015, 2024),
        "published this year": 2024,
        "published last year": 2023,
        "reports about goats": None,
        "the 12 reports": None,
        "the 60 reports": None,
        "reports on the 4th goat": None,
        "a budget of 201500 dollars": None,
        "room 1400": None,
        "report 99999": None,
    },
    "fr": {
        "rapports de 2015": 2015,
        "rapports publiés en 2015": 2015,
        "documents datant de 1998": 1998,
        "rapports de l'année 2011": 2011,
        "rapports depuis 2015": (2015, None),
        "depuis l'année 2015": (2015, None),
        "depuis l'an 2015": (2015, None),
        "en 2015 ou plus tard": (2015, None),
        "de 2015 jusqu'à aujourd'hui": (2015, None),
        "plus récents que 2015": (2016, None),
        "après l'année 2015": (2016, None),
        "rapports dès 2015": (2015, None),
        "à partir de 2015": (2015, None),
        "à compter de 2015": (2015, None),
        "publiés en 2015 et après": (2015, None),
        "de 2015 à aujourd'hui": (2015, None),
        "après 2015": (2016, None),
        "postérieurs à 2015": (2016, None),
        "avant 2015": (None, 2014),
        "antérieurs à 2015": (None, 2014),
        "jusqu'en 2015": (None, 2015),
        "2015 ou avant": (None, 2015),
        "jusqu'à 2015": (None, 2015),
        "entre 2010 et 2015": (2010, 2015),
        "entre les années 2010 et 2015": (2010, 2015),
        "les années 2010 à 2015": (2010, 2015),
        "de janvier 2010 à mars 2015": (2010, 2015),
        "de 2010 à 2015": (2010, 2015),
        "rapports 2010-2015": (2010, 2015),
        "publiés entre 2010 et 2015": (2010, 2015),
        "en 2010 ou 2015": (2010, 2015, ANY),
        "en 2010 et 2015": (2010, 2015, ANY),
        "années 1990": (1990, 1999),
        "publiés au XXIe siècle": (2001, 2100),
        "rapports du XXe siècle": (1901, 2000),
        "au 19e siècle": (1801, 1900),
        "dans les années 1990": (1990, 1999),
        "dans les années 90": (1990, 1999),
        "à la fin des années 90": (1990, 1999),
        "au cours de la dernière décennie": (2015, 2024),
        "des années soixante": (1960, 1969),
        "rapports des années 1990": (1990, 1999),
        "les années soixante-dix": (1970, 1979),
        "dès les années soixante": (1960, None),
        "les années quatre-vingt": (1980, 1989),
        "les années quatre-vingt-dix": (1990, 1999),
        "depuis les années 1990": (1990, None),
        "avant les années 1990": (None, 1989),
        "ces 5 dernières années": (2020, 2024),
        "au cours des dix dernières années": (2015, 2024),
        "publiés cette année": 2024,
        "publiés l'année dernière": 2023,
        "l'an dernier": 2023,
        "des rapports sur les chèvres": None,
        "les 12 rapports": None,
        "les 60 rapports": None,
    },
    "es": {
        "informes del siglo XX": (1901, 2000),
        "en el siglo XXI": (2001, 2100),
        "informes de 2015": 2015,
        "informes publicados en 2015": 2015,
        "documentos que datan de 1998": 1998,
        "informes del año 2011": 2011,
        "informes desde 2015": (2015, None),
        "desde el año 2015": (2015, None),
        "desde enero de 2015": (2015, None),
        "a partir del año 2015": (2015, None),
        "entre 2015 y la actualidad": (2015, None),
        "de 2015 a la fecha": (2015, None),
        "más recientes que 2015": (2016, None),
        "posteriores al año 2015": (2016, None),
        "a partir de 2015": (2015, None),
        "a partir del 2015": (2015, None),
        "de 2015 en adelante": (2015, None),
        "desde 2015 hasta hoy": (2015, None),
        "publicados en 2015 y después": (2015, None),
        "después de 2015": (2016, None),
        "posteriores a 2015": (2016, None),
        "antes de 2015": (None, 2014),
        "antes del año 2015": (None, 2014),
        "2015 o antes": (None, 2015),
        "hasta el año 2015": (None, 2015),
        "antes del 2015": (None, 2014),
        "anteriores a 2015": (None, 2014),
        "hasta 2015": (None, 2015),
        "entre 2010 y 2015": (2010, 2015),
        "entre los años 2010 y 2015": (2010, 2015),
        "de los años 2010 a 2015": (2010, 2015),
        "durante los años 2010-2015": (2010, 2015),
        "de 2010 a 2015": (2010, 2015),
        "desde 2010 hasta 2015": (2010, 2015),
        "del 2010 al 2015": (2010, 2015),
        "informes 2010-2015": (2010, 2015),
        "en 2010 o 2015": (2010, 2015, ANY),
        "en 2010 y 2015": (2010, 2015, ANY),
        "los años 1990": (1990, 1999),
        "los años 90": (1990, 1999),
        "a principios de los 90": (1990, 1999),
        "en los noventa": (1990, 1999),
        "en la última década": (2015, 2024),
        "en los años sesenta": (1960, 1969),
        "la década de 1980": (1980, 1989),
        "la década de los ochenta": (1980, 1989),
        "desde los años noventa": (1990, None),
        "antes de los años 1990": (None, 1989),
        "en los últimos 5 años": (2020, 2024),
        "durante los últimos diez años": (2015, 2024),
        "de los cinco últimos años": (2020, 2024),
        "publicados este año": 2024,
        "publicados el año pasado": 2023,
        "informes sobre cabras": None,
        "los 12 informes": None,
        "los 20 autores más productivos": None,
    },
    "pt": {
        "relatórios do século XX": (1901, 2000),
        "no século XXI": (2001, 2100),
        "relatórios de 2015": 2015,
        "relatórios publicados em 2015": 2015,
        "documentos que datam de 1998": 1998,
        "relatórios do ano 2011": 2011,
        "relatórios desde 2015": (2015, None),
        "desde o ano 2015": (2015, None),
        "a partir do ano 2015": (2015, None),
        "2015 em diante": (2015, None),
        "de 2015 para cá": (2015, None),
        "de 2015 até hoje": (2015, None),
        "a partir de 2015": (2015, None),
        "de 2015 em diante": (2015, None),
        "publicados em 2015 e depois": (2015, None),
        "depois de 2015": (2016, None),
        "após 2015": (2016, None),
        "posteriores a 2015": (2016, None),
        "antes do ano 2015": (None, 2014),
        "até ao ano 2015": (None, 2015),
        "antes de 2015": (None, 2014),
        "anteriores a 2015": (None, 2014),
        "até 2015": (None, 2015),
        "entre 2010 e 2015": (2010, 2015),
        "entre os anos de 2010 e 2015": (2010, 2015),
        "nos anos de 2010 a 2015": (2010, 2015),
        "de 2010 a 2015": (2010, 2015),
        "desde 2010 até 2015": (2010, 2015),
        "relatórios 2010-2015": (2010, 2015),
        "em 2010 ou 2015": (2010, 2015, ANY),
        "em 2010 e 2015": (2010, 2015, ANY),
        "os anos 1990": (1990, 1999),
        "nos anos 90": (1990, 1999),
        "na última década": (2015, 2024),
        "dos anos sessenta": (1960, 1969),
        "a década de 1980": (1980, 1989),
        "na década de oitenta": (1980, 1989),
        "desde os anos noventa": (1990, None),
        "nos últimos 5 anos": (2020, 2024),
        "durante os últimos dez anos": (2015, 2024),
        "publicados este ano": 2024,
        "publicados no ano passado": 2023,
        "relatórios sobre cabras": None,
        "os 12 relatórios": None,
        "os 20 autores mais produtivos": None,
    },
}


def _apart(text: str, language: str | None = None) -> Question:
    return take_apart(text, this_year=THIS_YEAR, language=language)


def _years(asked: Question) -> list[Said]:
    found: list[Said] = []
    for span in asked.years:
        years = span.years
        if years.several:
            first, last = years.several
            found.append((first, last, ANY))
        elif years.first is not None and years.first == years.last:
            found.append(years.first)
        else:
            found.append((years.first, years.last))
    return found


# -- years -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        pytest.param(text, language, said, id=f"{language}-{text}")
        for language, texts in YEARS.items()
        for text, said in texts.items()
    ],
)
def test_expressions_of_years_are_read(text: str, language: str, said: Said | None) -> None:
    asked = _apart(text, language)
    assert (asked.language, _years(asked)) == (language, [] if said is None else [said])


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("published in 2010, 2012 or 2015", (2010, 2012, 2015)),
        ("published in 2010, 2012 and 2015", (2010, 2012, 2015)),
        ("publiés en 2010, 2012 ou 2015", (2010, 2012, 2015)),
        ("publicados en 2010, 2012 y 2015", (2010, 2012, 2015)),
        ("publicados em 2010, 2012 e 2015", (2010, 2012, 2015)),
    ],
)
def test_single_years_may_be_listed(text: str, years: tuple[int, ...]) -> None:
    (span,) = _apart(text).years
    assert span.years.several == years


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reports published before 2000 on the years after 2015", [(None, 1999), (2016, None)]),
        ("reports from 2010 on the drought of 1984", [2010, 1984]),
        ('the report "Agenda 2030" since 2015', [(2015, None)]),
        ("«Plan 2030» y «Plan 2040»", []),
    ],
)
def test_several_years_are_told_apart_and_quoted_ones_are_part_of_a_title(text: str, said: list[Said]) -> None:
    assert _years(_apart(text)) == said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("reports on goats since the year 2015", "since the year 2015"),
        ("reports published between 2010 and 2015 on goats", "published between 2010 and 2015"),
        ("informes antes del año 2015", "antes del año 2015"),
        ("des rapports parus entre 2010 et 2015", "parus entre 2010 et 2015"),
        ("relatórios a partir do ano 2015", "a partir do ano 2015"),
        ("reports from 2015 onwards", "from 2015 onwards"),
    ],
)
def test_years_take_the_words_that_say_them(text: str, words: str) -> None:
    asked = _apart(text)
    (span,) = asked.years
    assert span.years.text == words == asked.text[span.years.start : span.years.end] == asked.said(span.span)


@pytest.mark.parametrize(
    ("text", "published", "bounded"),
    [
        ("reports published in 2015", True, False),
        ("published between 2010 and 2015", True, True),
        ("since 2015", False, True),
        ("the drought of 2015", False, False),
        ("parus en 2015", True, False),
        ("publicados desde 2015", True, True),
        ("a seca de 2015", False, False),
        ("in the last 5 years", True, False),
    ],
)
def test_years_tell_whether_they_are_said_to_be_of_publication(text: str, published: bool, bounded: bool) -> None:  # noqa: FBT001
    (span,) = _apart(text).years
    assert (span.published, span.bounded) == (published, bounded)


# -- quotes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('reports like "River Papers"', ["River Papers"]),
        ("reports like “River Papers”", ["River Papers"]),
        ("rapports comme « River Papers »", ["River Papers"]),
        ("rapports comme «River Papers»", ["River Papers"]),
        ("wie „River Papers“", ["River Papers"]),
        ("wie „River Papers”", ["River Papers"]),
        ("reports like ‘River Papers’", ["River Papers"]),
        ("reports like 'River Papers'", ["River Papers"]),
        ("reports like ‘The farmer’s river’", ["The farmer’s river"]),
        ("reports like 'The farmer's river'", ["The farmer's river"]),
        ('"one" and "two"', ["one", "two"]),
        ("a farmer's goats and the herders' milk", []),
        ("l'eau d'aujourd'hui et l'année", []),
        ("the goats’ milk and the herders’ tea", []),
        ('an open "quote', []),
        ('an empty "" quote', []),
        ('only signs "?!"', []),
        ("”backwards“", []),
    ],
)
def test_quoted_texts_are_found(text: str, quoted: list[str]) -> None:
    asked = _apart(text)
    assert [asked.said(span).strip("«»“”„\"'‘’ ") for span in asked.quotes] == quoted


def test_what_is_quoted_says_nothing_else() -> None:
    asked = _apart('how many reports are like "how many reports since 2015 or later"')
    inside = [place for place, token in enumerate(asked.tokens) if token.quote is not None]
    assert asked.quotes == (Span(inside[0], inside[-1] + 1),)
    assert not any(cue.span.meets(asked.quotes[0]) for cue in asked.cues)
    assert asked.years == ()
    assert not any(map(asked.is_grammar, inside))


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "number"),
    [("7", 7), ("seven", 7), ("Seven", 7), ("999", 999), ("1000", None), ("٧", None), ("goats", None), ("twelve", 12)],
)
def test_small_numbers_are_read_in_digits_and_words(word: str, number: int | None) -> None:
    assert number_of(_apart(word, "en").tokens[0], lexicon("en")) == number


@pytest.mark.parametrize(
    ("text", "word", "identifier"),
    [
        ("reports like r01?", "r01", "r01"),
        ("like 10.1234/ab-cd.", "1234", "10.1234/ab-cd"),
        ("like (cifor-17)", "17", "cifor-17"),
        ("¿como r01?", "r01", "r01"),
    ],
)
def test_identifiers_are_read_with_their_signs(text: str, word: str, identifier: str) -> None:
    asked = _apart(text)
    token = next(token for token in asked.tokens if token.text == word)
    assert asked.word_at(token) == identifier


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("wich reports are about goats", "which"),
        ("how mnay reports", "many"),
        ("¿cuantso informes hay?", "cuantos"),
        ("combein de rapports", "combien"),
        ("quantso relatórios há sobre cabras", "quantos"),
    ],
)
def test_slips_of_words_that_ask_are_read_where_no_text_holds_them(text: str, word: str) -> None:
    slipped = take_apart(text, this_year=THIS_YEAR, is_slip=lambda _word, _meant: True)
    assert word in {token.folded for token in slipped.tokens}
    assert word not in {token.folded for token in _apart(text).tokens}


# -- languages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How many reports are about Kenya?", "en"),
        ("reports by Okello since 2015", "en"),
        ("Combien de rapports sur le Kenya ?", "fr"),
        ("rapports sur le Mali", "fr"),
        ("¿Cuántos informes hay sobre Kenia?", "es"),
        ("Quantos relatórios há sobre o Quênia?", "pt"),
        ("relatórios sobre o Quênia", "pt"),
        ("não", "pt"),
        ('How many reports are like "Les canaux du Mali et la vie de la rivière"?', "en"),
        ('Combien de rapports sont comme "Seeds of millet and their keepers in the hills of Nepal" ?', "fr"),
    ],
)
def test_the_language_of_a_question_is_told_by_its_own_words(text: str, language: str) -> None:
    for reader in (None, *LANGUAGES):
        assert _apart(text, reader).language == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("thèses en espagnol", "fr"),
        ("informes sobre riego", "es"),
        ("Compare o Quênia e o Mali", "pt"),
        ("documentos sobre colheitas", "pt"),
        ("drought insurance", "en"),
    ],
)
def test_where_words_leave_a_choice_the_reader_makes_it(text: str, language: str) -> None:
    assert _apart(text, language).language == language


def test_letters_tell_a_language_that_words_leave_open() -> None:
    assert [_apart(text).language for text in ("Compare o Quênia e o Mali", "thèses en espagnol")] == ["pt", "fr"]


@pytest.mark.parametrize("reader", LANGUAGES)
def test_words_of_no_language_are_read_in_the_readers(reader: str) -> None:
    assert [_apart(text, reader).language for text in ("Kenya 2015", "", "?", "水管理", "REDD+")] == [reader] * 5


# -- any text ----------------------------------------------------------------------------------------------------------


def test_no_more_is_read_than_anyone_asks() -> None:
    asked = _apart("goats " * 5000 + "since 2015")
    assert len(asked.text) <= LONGEST
    assert asked.years == ()


@given(st.text(max_size=300), st.sampled_from([None, *LANGUAGES, "de", ""]))
def test_any_text_is_read(text: str, language: str | None) -> None:
    asked = take_apart(text, this_year=THIS_YEAR, language=language)
    assert asked.language in LANGUAGES
    for token in asked.tokens:
        assert asked.text[token.start : token.end] == token.text
    places = [(span.start, span.end) for span in asked.quotes]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(asked.tokens) for start, end in places)
    for cue in asked.cues:
        assert 0 <= cue.span.start < cue.span.end <= len(asked.tokens)
    ends = [(dated.span.start, dated.span.end) for dated in asked.years]
    assert all(one[1] <= other[0] for one, other in pairwise(ends))


_TIMES = st.sampled_from(
    [
        "since",
        "before",
        "after",
        "until",
        "between",
        "from",
        "to",
        "and",
        "or",
        "in",
        "the",
        "of",
        "2010",
        "2015",
        "1990s",
        "90s",
        "years",
        "décennie",
        "dernière",
        "10",
        "años",
        "año",
        "años",
        "noventa",
        "depuis",
        "avant",
        ",",
        "-",
        "–",
        "2020",
        "1999",
        "published",
        "last",
        "this",
        "year",
        "decade",
        "d'",
        "à",
        "on",
        "later",
    ]
)


@given(st.lists(_TIMES, max_size=12).map(" ".join))
def test_any_words_about_time_are_read_as_years_in_order(text: str) -> None:
    asked = _apart(text)
    for dated in asked.years:
        years = dated.years
        assert years.several or years.first is not None or years.last is not None
        if years.first is not None and years.last is not None:
            assert years.first <= years.last
