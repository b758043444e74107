from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.question.lexicon import LANGUAGES, lexicon
from search.question.reading import LONGEST, Read, Span, number_of, read

THIS_YEAR = 2024

Said = tuple[int | None, int | None] | int | tuple[int, int, str]

# What each expression says: a year, a first and a last year of which one may be open, or two years of which any will do.
ANY = "any"
YEARS: dict[str, dict[str, Said | None]] = {
    "en": {
        "reports from 2015": 2015,
        "reports published in 2015": 2015,
        "documents dated 1998": 1998,
        "papers of the year 2011": 2011,
        "reports since 2015": (2015, None),
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
        "reports up to 2015": (None, 2015),
        "no later than 2015": (None, 2015),
        "between 2010 and 2015": (2010, 2015),
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
        "in the 1990s": (1990, 1999),
        "the 1990s": (1990, 1999),
        "reports from the 2010s": (2010, 2019),
        "since the 1990s": (1990, None),
        "before the 1990s": (None, 1989),
        "after the 1990s": (2000, None),
        "in the nineties": (1990, 1999),
        "from the sixties": (1960, 1969),
        "since the eighties": (1980, None),
        "in the last 5 years": (2020, 2024),
        "over the past five years": (2020, 2024),
        "in the last 10 years": (2015, 2024),
        "published this year": 2024,
        "published last year": 2023,
        "reports about goats": None,
        "the 12 reports": None,
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
        "jusqu'à 2015": (None, 2015),
        "entre 2010 et 2015": (2010, 2015),
        "de 2010 à 2015": (2010, 2015),
        "rapports 2010-2015": (2010, 2015),
        "publiés entre 2010 et 2015": (2010, 2015),
        "en 2010 ou 2015": (2010, 2015, ANY),
        "en 2010 et 2015": (2010, 2015, ANY),
        "années 1990": (1990, 1999),
        "dans les années 1990": (1990, 1999),
        "dans les années 90": (1990, 1999),
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
    },
    "es": {
        "informes de 2015": 2015,
        "informes publicados en 2015": 2015,
        "documentos que datan de 1998": 1998,
        "informes del año 2011": 2011,
        "informes desde 2015": (2015, None),
        "a partir de 2015": (2015, None),
        "a partir del 2015": (2015, None),
        "de 2015 en adelante": (2015, None),
        "desde 2015 hasta hoy": (2015, None),
        "publicados en 2015 y después": (2015, None),
        "después de 2015": (2016, None),
        "posteriores a 2015": (2016, None),
        "antes de 2015": (None, 2014),
        "antes del 2015": (None, 2014),
        "anteriores a 2015": (None, 2014),
        "hasta 2015": (None, 2015),
        "entre 2010 y 2015": (2010, 2015),
        "de 2010 a 2015": (2010, 2015),
        "desde 2010 hasta 2015": (2010, 2015),
        "del 2010 al 2015": (2010, 2015),
        "informes 2010-2015": (2010, 2015),
        "en 2010 o 2015": (2010, 2015, ANY),
        "en 2010 y 2015": (2010, 2015, ANY),
        "los años 1990": (1990, 1999),
        "los años 90": (1990, 1999),
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
    },
    "pt": {
        "relatórios de 2015": 2015,
        "relatórios publicados em 2015": 2015,
        "documentos que datam de 1998": 1998,
        "relatórios do ano 2011": 2011,
        "relatórios desde 2015": (2015, None),
        "a partir de 2015": (2015, None),
        "de 2015 em diante": (2015, None),
        "publicados em 2015 e depois": (2015, None),
        "depois de 2015": (2016, None),
        "após 2015": (2016, None),
        "posteriores a 2015": (2016, None),
        "antes de 2015": (None, 2014),
        "anteriores a 2015": (None, 2014),
        "até 2015": (None, 2015),
        "entre 2010 e 2015": (2010, 2015),
        "de 2010 a 2015": (2010, 2015),
        "desde 2010 até 2015": (2010, 2015),
        "relatórios 2010-2015": (2010, 2015),
        "em 2010 ou 2015": (2010, 2015, ANY),
        "em 2010 e 2015": (2010, 2015, ANY),
        "os anos 1990": (1990, 1999),
        "nos anos 90": (1990, 1999),
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
    },
}


def _read(text: str, language: str | None = None) -> Read:
    return read(text, this_year=THIS_YEAR, language=language)


def _years(asked: Read) -> list[Said]:
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
    asked = _read(text, language)
    assert (asked.language, _years(asked)) == (language, [] if said is None else [said])
