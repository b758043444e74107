from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.facets import FACETS
from search.question.plan import Corrections, Intent, Plan
from search.question.planning import Planner
from search.snapshot import Snapshot

THIS_YEAR = 2024

Binding = tuple[str, str]

# Each question with what binds in it: facet and label of each mention, and years as "first-last".
PHRASINGS: dict[Intent, dict[str, dict[str, set[Binding]]]] = {
    Intent.COUNT: {
        "en": {
            "How many reports are about Kenya?": {("country", "Kenya")},
            "number of documents on Mali": {("country", "Mali")},
            "What is the total number of reports from 2020?": {("years", "2020-2020")},
            "How many audit reports are there?": {("type", "Audit report")},
            "how many countries are covered by the reports?": set(),
        },
        "es": {
            "¿Cuántos informes hay sobre Kenia?": {("country", "Kenya")},
            "Número de documentos sobre Malí": {("country", "Mali")},
            "¿Cuántas publicaciones hay desde 2019?": {("years", "2019-")},
            "¿Cuántos documentos en francés hay?": {("language", "French")},
        },
        "fr": {
            "Combien de rapports portent sur le Kenya ?": {("country", "Kenya")},
            "Combien y a-t-il de documents en espagnol ?": {("language", "Spanish")},
            "Quel est le nombre de rapports sur le Mali ?": {("country", "Mali")},
            "Combien de publications avant 2005 ?": {("years", "-2004")},
        },
        "pt": {
            "Quantos relatórios há sobre o Quênia?": {("country", "Kenya")},
            "Número de documentos sobre o Mali": {("country", "Mali")},
            "Quantas publicações em português existem?": {("language", "Portuguese")},
            "Quantos documentos foram publicados depois de 2016?": {("years", "2017-")},
        },
    },
    Intent.COUNT_BY_YEAR: {
        "en": {
            "How many reports per year?": set(),
            "Number of reports about Kenya by year": {("country", "Kenya")},
            "How many documents were published each year?": set(),
            "reports on Mali year by year": {("country", "Mali")},
        },
        "es": {
            "¿Cuántos informes hay por año?": set(),
            "Número de documentos por año sobre Perú": {("country", "Peru")},
            "¿Cuántas publicaciones aparecieron cada año?": set(),
            "informes sobre Nepal año por año": {("country", "Nepal")},
        },
        "fr": {
            "Combien de rapports par an ?": set(),
            "Nombre de documents par année sur le Mali": {("country", "Mali")},
            "Combien de rapports sont parus chaque année ?": set(),
            "rapports sur le Kenya année par année": {("country", "Kenya")},
        },
        "pt": {
            "Quantos relatórios por ano?": set(),
            "Número de documentos por ano sobre o Peru": {("country", "Peru")},
            "Quantas publicações há em cada ano?": set(),
            "relatórios sobre o Nepal ano a ano": {("country", "Nepal")},
        },
    },
    Intent.SHARE: {
        "en": {
            "What share of the reports is open access?": {("access", "Open access")},
            "What percentage of reports about Kenya is in English?": {("country", "Kenya"), ("language", "English")},
            "which proportion of documents is in French?": {("language", "French")},
            "the percentage of reports in Spanish": {("language", "Spanish")},
        },
        "es": {
            "¿Qué proporción de los informes está en español?": {("language", "Spanish")},
            "¿Qué porcentaje de los documentos está en francés?": {("language", "French")},
            "la proporción de informes en inglés": {("language", "English")},
            "¿Cuál es la proporción de documentos sobre Perú en español?": {
                ("country", "Peru"),
                ("language", "Spanish"),
            },
        },
        "fr": {
            "Quelle part des rapports est en français ?": {("language", "French")},
            "Quel pourcentage de documents est en anglais ?": {("language", "English")},
            "Quelle est la proportion de rapports en espagnol ?": {("language", "Spanish")},
            "la part des documents sur le Mali en français": {("country", "Mali"), ("language", "French")},
        },
        "pt": {
            "Que parte dos relatórios está em português?": {("language", "Portuguese")},
            "Qual a percentagem de documentos em francês?": {("language", "French")},
            "a proporção de relatórios em inglês": {("language", "English")},
            "Qual é a parcela dos documentos em espanhol?": {("language", "Spanish")},
        },
    },
    Intent.RANK: {
        "en": {
            "Which topics are most frequent in Kenya?": {("country", "Kenya")},
            "Who are the most productive authors?": set(),
            "top 3 topics": set(),
            "Which country has the most reports?": set(),
            "which topics are least common?": set(),
        },
        "es": {
            "¿Qué temas son los más frecuentes en Kenia?": {("country", "Kenya")},
            "¿Quiénes son los autores más productivos?": set(),
            "¿Qué país tiene más informes?": set(),
            "los temas principales de los informes sobre Perú": {("country", "Peru")},
        },
        "fr": {
            "Quels sont les sujets les plus fréquents au Mali ?": {("country", "Mali")},
            "Quels auteurs ont publié le plus de rapports ?": set(),
            "Quel pays a le plus de rapports ?": set(),
            "les principaux thèmes des rapports sur le Kenya": {("country", "Kenya")},
        },
        "pt": {
            "Quais são os temas mais frequentes no Quênia?": {("country", "Kenya")},
            "Quem são os autores mais produtivos?": set(),
            "Que país tem mais relatórios?": set(),
            "os principais temas dos relatórios sobre o Peru": {("country", "Peru")},
        },
    },
    Intent.VALUES: {
        "en": {
            "Which countries are covered?": set(),
            "List all series": set(),
            "What languages are there?": set(),
            "which institutions published about Kenya?": {("country", "Kenya")},
        },
        "es": {
            "¿Qué países hay?": set(),
            "Lista todas las series": set(),
            "¿Qué idiomas hay en la colección?": set(),
            "¿Cuáles son los tipos de documentos?": set(),
        },
        "fr": {
            "Quels pays sont couverts ?": set(),
            "Liste des revues": set(),
            "Quelles langues y a-t-il ?": set(),
            "Quels sont les types de documents ?": set(),
        },
        "pt": {
            "Que países há?": set(),
            "Lista todas as séries": set(),
            "Quais línguas há na coleção?": set(),
            "Quais são os tipos de documentos?": set(),
        },
    },
    Intent.COAUTHORS: {
        "en": {
            "Who has co-authored with Denis Okello?": {("author", "Okello, Denis")},
            "coauthors of Aminata Diallo-Sy": {("author", "Diallo-Sy, Aminata")},
            "Who wrote together with Dinah Okello?": {("author", "Okello, Dinah")},
            "Collaborators of Żaneta Kováčová": {("author", "Kováčová, Żaneta")},
        },
        "es": {
            "¿Con quién ha publicado Inés Quiroga Beltrán?": {("author", "Quiroga Beltrán, Inés")},
            "coautores de Dinah Okello": {("author", "Okello, Dinah")},
            "¿Quiénes son los coautores de Żaneta Kováčová?": {("author", "Kováčová, Żaneta")},
            "¿Con qué autores ha trabajado Dinah Okello?": {("author", "Okello, Dinah")},
        },
        "fr": {
            "Avec qui Aminata Diallo-Sy a-t-elle publié ?": {("author", "Diallo-Sy, Aminata")},
            "Quels sont les coauteurs de Dinah Okello ?": {("author", "Okello, Dinah")},
            "coauteurs d'Aminata Diallo-Sy": {("author", "Diallo-Sy, Aminata")},
            "Avec quels auteurs Żaneta Kováčová a-t-elle travaillé ?": {("author", "Kováčová, Żaneta")},
        },
        "pt": {
            "Com quem Rui da Silveira publicou?": {("author", "da Silveira, Rui")},
            "coautores de Dinah Okello": {("author", "Okello, Dinah")},
            "Quem são os coautores de Żaneta Kováčová?": {("author", "Kováčová, Żaneta")},
            "Com que autores Dinah Okello trabalhou?": {("author", "Okello, Dinah")},
        },
    },
    Intent.GAPS: {
        "en": {
            "Which numbers are missing in the series River Papers?": {("series", "River Papers")},
            "Which numbers of River Papers are missing?": {("series", "River Papers")},
            "gaps in River Papers": {("series", "River Papers")},
            "missing issues of the journal Cahiers des rives": {("series", "Cahiers des rives")},
        },
        "es": {
            "¿Qué números faltan en la serie River Papers?": {("series", "River Papers")},
            "números faltantes de River Papers": {("series", "River Papers")},
            "¿Qué números de la serie Cahiers des rives faltan?": {("series", "Cahiers des rives")},
            "lagunas en la serie River Papers": {("series", "River Papers")},
        },
        "fr": {
            "Quels numéros manquent dans la série River Papers ?": {("series", "River Papers")},
            "numéros manquants de la série Cahiers des rives": {("series", "Cahiers des rives")},
            "Quels numéros des Cahiers des rives manquent ?": {("series", "Cahiers des rives")},
            "lacunes de la série River Papers": {("series", "River Papers")},
        },
        "pt": {
            "Que números faltam na série River Papers?": {("series", "River Papers")},
            "números em falta da série Cahiers des rives": {("series", "Cahiers des rives")},
            "Quais números da série River Papers faltam?": {("series", "River Papers")},
            "lacunas na série River Papers": {("series", "River Papers")},
        },
    },
    Intent.COMPARE: {
        "en": {
            "Compare Kenya and Mali": {("country", "Kenya"), ("country", "Mali")},
            "reports on Kenya versus Nepal": {("country", "Kenya"), ("country", "Nepal")},
            "comparison of Kenya with Peru": {("country", "Kenya"), ("country", "Peru")},
            "Are there more reports about Kenya or Mali? Which has most?": {("country", "Kenya"), ("country", "Mali")},
        },
        "es": {
            "Compara Kenia y Malí": {("country", "Kenya"), ("country", "Mali")},
            "comparación entre Perú y Nepal": {("country", "Peru"), ("country", "Nepal")},
            "informes sobre Kenia frente a Malí": {("country", "Kenya"), ("country", "Mali")},
            "¿Hay más informes sobre Kenia o sobre Malí?": {("country", "Kenya"), ("country", "Mali")},
        },
        "fr": {
            "Comparez le Kenya et le Mali": {("country", "Kenya"), ("country", "Mali")},
            "comparaison entre le Pérou et le Népal": {("country", "Peru"), ("country", "Nepal")},
            "rapports sur le Kenya par rapport au Mali": {("country", "Kenya"), ("country", "Mali")},
            "comparer les rapports sur le Népal et le Mali": {("country", "Nepal"), ("country", "Mali")},
        },
        "pt": {
            "Compare o Quênia e o Mali": {("country", "Kenya"), ("country", "Mali")},
            "comparação entre o Peru e o Nepal": {("country", "Peru"), ("country", "Nepal")},
            "relatórios sobre o Quênia versus o Mali": {("country", "Kenya"), ("country", "Mali")},
            "Há mais relatórios sobre o Quênia ou sobre o Mali?": {("country", "Kenya"), ("country", "Mali")},
        },
    },
    Intent.TREND: {
        "en": {
            "Which topics rose or fell between 1996 and 2020?": {("years", "1996-2020")},
            "Which topics are growing or shrinking?": set(),
            "trends in topics from 1996 to 2020": {("years", "1996-2020")},
            "Which countries gained or lost ground?": set(),
        },
        "es": {
            "¿Qué temas han subido o bajado entre 1996 y 2020?": {("years", "1996-2020")},
            "¿Qué temas crecieron o disminuyeron entre 2001 y 2020?": {("years", "2001-2020")},
            "tendencias de los temas entre 1996 y 2020": {("years", "1996-2020")},
            "¿Qué temas están al alza?": set(),
        },
        "fr": {
            "Quels sujets ont augmenté ou diminué entre 1996 et 2020 ?": {("years", "1996-2020")},
            "Quels thèmes sont en hausse ?": set(),
            "évolution des sujets entre 2001 et 2020": {("years", "2001-2020")},
            "Quels sujets sont en baisse entre 1996 et 2020 ?": {("years", "1996-2020")},
        },
        "pt": {
            "Que temas subiram ou desceram entre 1996 e 2020?": {("years", "1996-2020")},
            "Quais temas estão em alta?": set(),
            "evolução dos temas entre 2001 e 2020": {("years", "2001-2020")},
            "Que assuntos cresceram ou diminuíram entre 1996 e 2020?": {("years", "1996-2020")},
        },
    },
    Intent.FIRST: {
        "en": {
            "Which topics appeared for the first time in 2020?": {("years", "2020-2020")},
            "Which authors appear for the first time since 2022?": {("years", "2022-")},
            "topics that first appeared in 2023": {("years", "2023-2023")},
            "What countries were covered for the first time in 2008?": {("years", "2008-2008")},
        },
        "es": {
            "¿Qué temas aparecen por primera vez en 2020?": {("years", "2020-2020")},
            "¿Qué autores aparecieron por primera vez en 2016?": {("years", "2016-2016")},
            "temas tratados por primera vez en 2023": {("years", "2023-2023")},
            "¿Qué países aparecen por primera vez desde 2010?": {("years", "2010-")},
        },
        "fr": {
            "Quels sujets apparaissent pour la première fois en 2020 ?": {("years", "2020-2020")},
            "Quels auteurs apparaissent pour la première fois en 2016 ?": {("years", "2016-2016")},
            "sujets traités pour la première fois en 2023": {("years", "2023-2023")},
            "Quels pays apparaissent pour la première fois depuis 2010 ?": {("years", "2010-")},
        },
        "pt": {
            "Que temas aparecem pela primeira vez em 2020?": {("years", "2020-2020")},
            "Que autores apareceram pela primeira vez em 2016?": {("years", "2016-2016")},
            "temas tratados pela primeira vez em 2023": {("years", "2023-2023")},
            "Quais países aparecem pela primeira vez desde 2010?": {("years", "2010-")},
        },
    },
    Intent.LIST: {
        "en": {
            "List all audit reports": {("type", "Audit report")},
            "reports about Kenya published since 2010": {("country", "Kenya"), ("years", "2010-")},
            "Reports by Dinah Okello": {("author", "Okello, Dinah")},
            "show me all reports in French": {("language", "French")},
            "theses in Spanish": {("type", "Thesis"), ("language", "Spanish")},
        },
        "es": {
            "Lista todos los informes en francés": {("language", "French")},
            "informes sobre Perú publicados desde 2010": {("country", "Peru"), ("years", "2010-")},
            "documentos de Inés Quiroga Beltrán": {("author", "Quiroga Beltrán, Inés")},
            "Muéstrame todas las publicaciones en portugués": {("language", "Portuguese")},
        },
        "fr": {
            "Liste de tous les rapports en espagnol": {("language", "Spanish")},
            "rapports sur le Mali publiés depuis 2005": {("country", "Mali"), ("years", "2005-")},
            "documents de Aminata Diallo-Sy": {("author", "Diallo-Sy, Aminata")},
            "Montrez-moi toutes les publications en français": {("language", "French")},
        },
        "pt": {
            "Lista todos os relatórios em espanhol": {("language", "Spanish")},
            "relatórios sobre o Quênia publicados desde 2010": {("country", "Kenya"), ("years", "2010-")},
            "documentos de Rui da Silveira": {("author", "da Silveira, Rui")},
            "Mostre-me todas as publicações em português": {("language", "Portuguese")},
        },
    },
    Intent.RELATED: {
        "en": {
            "reports similar to r01": set(),
            "Reports like “Goat keeping by widows in Kenya”": set(),
            "Which papers resemble r05?": set(),
            "something like r03 but about other countries": set(),
        },
        "es": {
            "informes similares a r01": set(),
            "documentos parecidos a «Goat keeping by widows in Kenya»": set(),
            "algo como r05": set(),
            "trabajos relacionados con r03": set(),
        },
        "fr": {
            "rapports similaires à r01": set(),
            "documents proches de « Goat keeping by widows in Kenya »": set(),
            "des travaux comme r05": set(),
            "Quels rapports ressemblent à r03 ?": set(),
        },
        "pt": {
            "relatórios semelhantes a r01": set(),
            "documentos parecidos com “Goat keeping by widows in Kenya”": set(),
            "algo como r05": set(),
            "trabalhos relacionados com r03": set(),
        },
    },
    Intent.FINDING: {
        "en": {
            "What do widows sell every week?": set(),
            "How were seed loans repaid after the harvest?": set(),
            "Why do farmers mend their own canals?": set(),
            "Did conflicts over water decrease after the agreement?": set(),
        },
        "es": {
            "¿Por qué cansan los turnos de noche a las familias?": set(),
            "¿Cómo ahorra agua el riego nocturno?": set(),
            "¿Qué vació los canales altos del valle?": set(),
            "¿A quién prestan los grupos de ahorro?": set(),
        },
        "fr": {
            "Pourquoi les conflits autour de l'eau ont-ils diminué ?": set(),
            "Comment les villages partagent-ils l'eau des canaux ?": set(),
            "Qu'est-ce qui a tué la moitié des chèvres ?": set(),
            "Est-ce que les éleveurs ont vendu le reste trop tard ?": set(),
        },
        "pt": {
            "Por que as mulheres escolhem as sementes de cada colheita?": set(),
            "Como os bancos guardam variedades locais?": set(),
            "O que guardam os bancos de sementes?": set(),
            "Quem escolhe as sementes da aldeia?": set(),
        },
    },
    Intent.FIND: {
        "en": {
            "irrigation canals": set(),
            "drought insurance for herders": set(),
            "reports on widows and their goats": set(),
            "documents about seed loans and grain": set(),
        },
        "es": {
            "turnos de noche": set(),
            "grupos de ahorro de mujeres": set(),
            "informes sobre canales secos": set(),
            "préstamos a socias del valle": set(),
        },
        "fr": {
            "partage de l'eau des canaux": set(),
            "éleveurs de chèvres et sécheresse": set(),
            "rapports sur les conflits d'eau": set(),
            "accords de village": set(),
        },
        "pt": {
            "bancos de sementes": set(),
            "variedades locais guardadas por mulheres": set(),
            "relatórios sobre colheitas perdidas": set(),
            "canais e mulheres da aldeia": set(),
        },
    },
}


def _bound(plan: Plan) -> set[Binding]:
    found = {(mention.reading.facet, mention.reading.label) for mention in plan.mentions if mention.binds}
    for years in plan.years:
        if years.binds:
            first, last = ("" if year is None else year for year in (years.first, years.last))
            found.add(("years", f"{first}-{last}"))
    return found


@pytest.mark.parametrize(
    ("question", "language", "intent", "bound"),
    [
        pytest.param(question, language, intent, bound, id=f"{intent}-{language}-{question}")
        for intent, by_language in PHRASINGS.items()
        for language, questions in by_language.items()
        for question, bound in questions.items()
    ],
)
def test_questions_are_understood(
    planner: Planner, question: str, language: str, intent: Intent, bound: set[Binding]
) -> None:
    plan = planner.plan(question, this_year=THIS_YEAR, language=language)
    assert (plan.intent, plan.language, _bound(plan)) == (intent, language, bound)


def _plan(planner: Planner, question: str, **asked: object) -> Plan:
    return planner.plan(question, this_year=THIS_YEAR, **asked)  # type: ignore[arg-type]


# -- what is counted and ranked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "dimension"),
    [
        ("how many countries are covered?", ("country",)),
        ("How many authors wrote about Kenya?", ("author",)),
        ("How many different topics are there?", ("topic",)),
        ("How many reports are about Kenya?", ()),
        ("Which topics are most frequent?", ("topic",)),
        ("Who are the most productive authors?", ("author",)),
        ("Which institutions have the most reports?", ("institution",)),
        ("which series has most reports?", ("series",)),
        ("In which year were most reports published?", ("year",)),
        ("Which languages are used most?", ("language",)),
        ("Which places are covered most?", ("country", "region")),
        ("What types of documents are there?", ("type",)),
        ("Which repositories are there?", ("repository",)),
        ("¿Cuántos autores hay?", ("author",)),
        ("¿Qué idiomas son los más frecuentes?", ("language",)),
        ("¿Cuáles son las editoriales con más informes?", ("publisher",)),
        ("Combien de pays sont couverts ?", ("country",)),
        ("Quels sont les éditeurs les plus fréquents ?", ("publisher",)),
        ("Quantos autores há?", ("author",)),
        ("Quais são as instituições com mais relatórios?", ("institution",)),
    ],
)
def test_values_of_the_facet_that_is_named_are_asked_for(
    planner: Planner, question: str, dimension: tuple[str, ...]
) -> None:
    assert _plan(planner, question).dimension == dimension


@pytest.mark.parametrize(
    ("question", "top"),
    [
        ("top 3 topics", 3),
        ("the 3 most frequent topics", 3),
        ("the three most productive authors", 3),
        ("Which 5 countries have the most reports?", 5),
        ("los 3 temas más frecuentes", 3),
        ("los tres autores más productivos", 3),
        ("les 3 sujets les plus fréquents", 3),
        ("les cinq auteurs les plus productifs", 5),
        ("os 3 temas mais frequentes", 3),
        ("os cinco autores mais produtivos", 5),
        ("the most frequent topics", None),
        ("Which topics are most frequent since 2015?", None),
    ],
)
def test_as_many_values_are_wanted_as_are_said(planner: Planner, question: str, top: int | None) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, plan.top) == (Intent.RANK, top)


@pytest.mark.parametrize(
    ("question", "fewest"),
    [
        ("Which topics are least frequent?", True),
        ("¿Qué temas son los menos frecuentes?", True),
        ("Quels sont les sujets les moins fréquents ?", True),
        ("Quais são os temas menos frequentes?", True),
        ("Which topics are most frequent?", False),
    ],
)
def test_the_rarest_are_told_from_the_commonest(planner: Planner, question: str, *, fewest: bool) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, plan.fewest) == (Intent.RANK, fewest)


@pytest.mark.parametrize(
    ("question", "newest", "oldest"),
    [
        ("most recent reports about Kenya", True, False),
        ("the latest audit reports", True, False),
        ("the oldest report about Kenya", False, True),
        ("los informes más recientes sobre Kenia", True, False),
        ("los informes más antiguos sobre Kenia", False, True),
        ("les rapports les plus récents sur le Kenya", True, False),
        ("le plus ancien rapport sur le Kenya", False, True),
        ("os relatórios mais recentes sobre o Quênia", True, False),
        ("o relatório mais antigo sobre o Quênia", False, True),
    ],
)
def test_the_newest_and_the_oldest_are_lists(planner: Planner, question: str, *, newest: bool, oldest: bool) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, plan.newest, plan.oldest) == (Intent.LIST, newest, oldest)


@pytest.mark.parametrize(
    "question",
    [
        "River Papers 4",
        "Which report is River Papers no. 4?",
        "reports in River Papers number 4",
        "el número 4 de la serie River Papers",
        "¿Qué informe es River Papers nº 4?",
        "le rapport River Papers n° 4",
        "o relatório River Papers nº 4",
    ],
)
def test_a_number_after_a_series_is_of_the_series(planner: Planner, question: str) -> None:
    plan = _plan(planner, question)
    assert _bound(plan) == {("series", "River Papers")}
    assert plan.number == "4"


# -- what binds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "bound", "soft"),
    [
        ("How many reports are about goats in Kenya?", {"goats", "Kenya"}, set()),
        ("audit reports about Kenya", {"audit reports", "Kenya"}, set()),
        ("reports about goats", set(), {"goats"}),
        ("What do goats eat in Kenya?", set(), {"goats", "Kenya"}),
        ("reports indexed with goats", {"goats"}, set()),
        ("what do IFAD reports say about women who keep herds in Kenya?", {"IFAD"}, {"Kenya"}),
    ],
)
def test_what_reports_are_about_is_searched_for_and_what_they_are_binds(
    planner: Planner, question: str, bound: set[str], soft: set[str]
) -> None:
    plan = _plan(planner, question)
    assert {mention.text for mention in plan.mentions if mention.binds} == bound
    assert {mention.text for mention in plan.mentions if not mention.binds} == soft


@pytest.mark.parametrize(
    ("question", "binds"),
    [
        ("reports published in 2016", True),
        ("reports from 2016 about drought", True),
        ("audit reports 2019", True),
        ("reports on goats published since 2016", True),
        ("How many reports about goats in 2016?", True),
        ("informes publicados en 2016 sobre la sequía", True),
        ("What did the drought of 2016 do to herders?", False),
        ("reports on the drought of 2016", False),
        ("How many reports are about the drought of 2016?", False),
        ("What happened to canals in 2016?", False),
        ("conflicts after the agreement of 1999", False),
        ("¿Qué pasó en los canales en 2016?", False),
        ("Que s'est-il passé dans les villages en 1999 ?", False),
    ],
)
def test_years_bind_where_they_are_years_of_publication(planner: Planner, question: str, *, binds: bool) -> None:
    (years,) = _plan(planner, question).years
    assert years.binds is binds


def test_the_years_of_an_event_stand_beside_those_of_publication(planner: Planner) -> None:
    plan = _plan(planner, "reports about the drought of 2005 published in 2010")
    assert [(years.first, years.binds) for years in plan.years] == [(2005, False), (2010, True)]
    assert (plan.filters.year_from, plan.filters.year_to) == (2010, 2010)


@pytest.mark.parametrize(
    ("question", "excluded", "chosen"),
    [
        ("reports not in English", {("language", "English")}, set()),
        ("reports about Kenya but not about goats", {("topic", "goats")}, {("country", "Kenya")}),
        ("audit reports except about Kenya", {("country", "Kenya")}, {("type", "Audit report")}),
        ("reports about Kenya excluding audit reports", {("type", "Audit report")}, {("country", "Kenya")}),
        ("reports without Kenya", {("country", "Kenya")}, set()),
        ("How many reports are not in English?", {("language", "English")}, set()),
        ("reports not by Dinah Okello", {("author", "Okello, Dinah")}, set()),
        ("reports by Dinah Okello not about Nepal", {("country", "Nepal")}, {("author", "Okello, Dinah")}),
        ("informes sobre Kenia pero no en inglés", {("language", "English")}, {("country", "Kenya")}),
        ("informes excepto en inglés", {("language", "English")}, set()),
        ("rapports sur le Kenya sauf en anglais", {("language", "English")}, {("country", "Kenya")}),
        ("rapports hors Kenya", {("country", "Kenya")}, set()),
        ("relatórios sobre o Quênia exceto em inglês", {("language", "English")}, {("country", "Kenya")}),
        ("relatórios sem o Quênia", {("country", "Kenya")}, set()),
    ],
)
def test_what_is_not_wanted_is_excluded(
    planner: Planner, question: str, excluded: set[Binding], chosen: set[Binding]
) -> None:
    plan = _plan(planner, question)
    found = {(mention.reading.facet, mention.reading.label, mention.excluded) for mention in plan.mentions}
    assert {(facet, label) for facet, label, is_excluded in found if is_excluded} == excluded
    assert {(facet, label) for facet, label, is_excluded in found if not is_excluded} == chosen
    assert set(plan.filters.excluded) == {facet for facet, _ in excluded}
    assert set(plan.filters.chosen) == {facet for facet, _ in chosen}


def test_years_that_are_not_wanted_are_excluded(planner: Planner) -> None:
    assert _plan(planner, "reports not published in 2020").filters.excluded == {"year": ("2020",)}


# -- filters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "first", "last", "several"),
    [
        ("reports published since 2010", 2010, None, ()),
        ("reports published before 2010", None, 2009, ()),
        ("reports published after 2000 and before 2010", 2001, 2009, ()),
        ("reports published in 2010 or 2016", None, None, ("2010", "2016")),
        ("reports published in 2010, in 2016 and in 2020", None, None, ("2010", "2016", "2020")),
        ("reports published since 2020 and before 2010", None, 2009, ("2020",)),
    ],
)
def test_several_years_are_one_filter(
    planner: Planner, question: str, first: int | None, last: int | None, several: tuple[str, ...]
) -> None:
    filters = _plan(planner, question).filters
    assert (filters.year_from, filters.year_to, filters.chosen.get("year", ())) == (first, last, several)


def test_several_values_of_a_facet_are_alternatives_and_facets_conditions(planner: Planner) -> None:
    filters = _plan(planner, "audit reports about Kenya or Mali in English").filters
    assert {facet: len(values) for facet, values in filters.chosen.items()} == {"type": 1, "country": 2, "language": 1}


def test_an_entity_that_is_named_twice_is_one_mention(planner: Planner) -> None:
    plan = _plan(planner, "How many reports about Kenya, in Kenya and on Kenia?")
    assert len(plan.mentions) == 1


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_mention_or_years_that_are_dropped_do_not_bind(planner: Planner) -> None:
    question = "How many reports are about Kenya since 2010?"
    plan = _plan(planner, question)
    keys = {one.key for one in (*plan.mentions, *plan.years)}
    assert keys == {"country:kenya", "years:since 2010"}
    without = _plan(planner, question, corrections=Corrections(dropped=frozenset({"country:kenya"})))
    assert _bound(without) == {("years", "2010-")}
    neither = _plan(planner, question, corrections=Corrections(dropped=frozenset(keys)))
    assert _bound(neither) == set()
    assert (neither.intent, neither.filters.chosen, neither.filters.year_from) == (Intent.COUNT, {}, None)


def test_a_mention_may_mean_something_else(planner: Planner) -> None:
    question = "reports by IFAD"
    (mention,) = _plan(planner, question).mentions
    assert (mention.reading.facet, {other.facet for other in mention.others}) == ("publisher", {"institution"})
    chosen = Corrections(chosen={mention.key: "institution"})
    (meant,) = _plan(planner, question, corrections=chosen).mentions
    assert (meant.reading.facet, {other.facet for other in meant.others}) == ("institution", {"publisher"})
    assert (meant.text, meant.binds) == ("IFAD", True)


def test_a_mention_that_did_not_bind_may_be_made_to(planner: Planner) -> None:
    question = "What do goats eat?"
    (mention,) = _plan(planner, question).mentions
    assert not mention.binds
    (meant,) = _plan(planner, question, corrections=Corrections(chosen={mention.key: "topic"})).mentions
    assert meant.binds


def test_another_kind_of_answer_may_be_wanted(planner: Planner) -> None:
    for intent in Intent:
        corrected = _plan(planner, "Which topics are most frequent?", corrections=Corrections(intent=intent))
        assert corrected.intent is intent


def test_corrections_of_what_is_not_there_change_nothing(planner: Planner) -> None:
    question = "How many reports are about Kenya?"
    corrections = Corrections(frozenset({"", "country:mali", "nonsense"}), {"country:kenya": "author", "": "topic"})
    assert _plan(planner, question, corrections=corrections) == _plan(planner, question)


# -- follow-ups --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prior", "question", "same"),
    [
        ("reports about Kenya", "and in French?", "reports about Kenya in French"),
        ("reports about Kenya", "and Mali?", "reports about Mali"),
        ("reports about Kenya", "since 2010?", "reports about Kenya since 2010"),
        ("reports about Kenya since 2010", "before 2000?", "reports about Kenya before 2000"),
        ("reports about Kenya", "not in English", "reports about Kenya not in English"),
        ("How many reports are about Kenya?", "and about Mali?", "How many reports are about Mali?"),
        ("How many reports are about Kenya?", "and in 2020?", "How many reports are about Kenya in 2020?"),
        ("Which topics are most frequent in Kenya?", "and in Mali?", "Which topics are most frequent in Mali?"),
        ("coauthors of Dinah Okello", "and of Aminata Diallo-Sy?", "coauthors of Aminata Diallo-Sy"),
        ("¿Cuántos informes hay sobre Kenia?", "¿y sobre Malí?", "¿Cuántos informes hay sobre Malí?"),
        ("¿Cuántos informes hay sobre Kenia?", "¿y en inglés?", "¿Cuántos informes hay sobre Kenia en inglés?"),
        ("Combien de rapports sur le Kenya ?", "et sur le Mali ?", "Combien de rapports sur le Mali ?"),
        ("Combien de rapports sur le Kenya ?", "et depuis 2010 ?", "Combien de rapports sur le Kenya depuis 2010 ?"),
        ("Quantos relatórios há sobre o Quênia?", "e sobre o Mali?", "Quantos relatórios há sobre o Mali?"),
        ("Quantos relatórios há sobre o Quênia?", "e em inglês?", "Quantos relatórios há sobre o Quênia em inglês?"),
    ],
)
def test_a_fragment_changes_the_question_before(planner: Planner, prior: str, question: str, same: str) -> None:
    followed = _plan(planner, question, prior=prior)
    whole = _plan(planner, same)
    assert (followed.intent, followed.language, followed.dimension) == (whole.intent, whole.language, whole.dimension)
    assert _bound(followed) == _bound(whole)
    assert followed.filters == whole.filters
    assert followed.question == question


@pytest.mark.parametrize(
    "question",
    [
        "How many reports are about Mali?",
        "Which authors wrote about Peru?",
        "reports by Dinah Okello since 2010",
        "What do widows sell every week?",
        "",
        "???",
    ],
)
def test_a_whole_question_follows_nothing(planner: Planner, question: str) -> None:
    prior = "How many audit reports are about Kenya since 2010?"
    assert _plan(planner, question, prior=prior) == _plan(planner, question)


def test_a_fragment_after_nothing_stands_alone(planner: Planner) -> None:
    assert _bound(_plan(planner, "and in French?")) == {("language", "French")}
    assert _bound(_plan(planner, "and in French?", prior="")) == {("language", "French")}


def test_corrections_apply_to_what_a_fragment_kept(planner: Planner) -> None:
    dropped = Corrections(dropped=frozenset({"country:kenya"}))
    plan = _plan(planner, "and in French?", prior="reports about Kenya", corrections=dropped)
    assert _bound(plan) == {("language", "French")}


# -- reports that are named, and what records do not tell --------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "reports"),
    [
        ("reports like r01", ["r01"]),
        ("reports like r01, r05 and r09", ["r01", "r05", "r09"]),
        ('reports like "Goat keeping by widows in Kenya"', ["r02"]),
        ('reports like "goat keeping by widows in kenya"', ["r02"]),
        ("documents proches de « Les chèvres et la sécheresse au Mali »", ["r06"]),
        ("informes como “Grupos de ahorro de mujeres en Perú”", ["r07"]),
        ("reports like r99", []),
        ('reports like "A title that no report has"', []),
    ],
)
def test_reports_are_named_by_identifiers_and_quoted_titles(
    planner: Planner, question: str, reports: list[str]
) -> None:
    assert [iri.rpartition("/")[2] for iri in _plan(planner, question).subject] == reports


@pytest.mark.parametrize(
    ("question", "attribute"),
    [
        ("What is the phone number of Dinah Okello?", "contact"),
        ("¿Cuál es el correo electrónico de Dinah Okello?", "contact"),
        ("Quelle est l'adresse électronique de Dinah Okello ?", "contact"),
        ("Qual é o telefone de Dinah Okello?", "contact"),
        ("Which university did Dinah Okello work at?", "affiliation"),
        ("When was Dinah Okello born?", "person"),
        ("¿Cuándo nació Dinah Okello?", "person"),
        ("What is the budget of IFAD?", "accounts"),
        ("Quel est le budget de l'IFAD ?", "accounts"),
        ('How often was "Goat keeping by widows in Kenya" cited?', "citations"),
        ("How many pages has r01?", "object"),
        ("What budget do households in Kenya have?", None),
        ("How many reports are by Dinah Okello?", None),
    ],
)
def test_what_no_record_tells_is_known_as_such(planner: Planner, question: str, attribute: str | None) -> None:
    assert _plan(planner, question).attribute == attribute


# -- the same and any text ---------------------------------------------------------------------------------------------


def test_the_same_question_has_the_same_plan(planner: Planner, river: Snapshot) -> None:
    other = Planner(river)
    for by_language in PHRASINGS.values():
        for questions in by_language.values():
            for question in questions:
                assert _plan(other, question) == _plan(planner, question)


@pytest.mark.parametrize(
    "question",
    ["How many reports about Kenya?", "how many reports about kenya", "HOW MANY REPORTS ABOUT KENYA?!"],
)
def test_case_and_punctuation_change_nothing(planner: Planner, question: str) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, _bound(plan)) == (Intent.COUNT, {("country", "Kenya")})


@given(st.text(max_size=200), st.one_of(st.none(), st.text(max_size=60)))
def test_any_text_has_a_plan(planner: Planner, question: str, prior: str | None) -> None:
    plan = _plan(planner, question, prior=prior)
    assert plan.intent in Intent
    assert set(plan.filters.chosen) | set(plan.filters.excluded) <= set(FACETS)
