"""Questions of every kind in four languages, over the river collection, with what their answers are bound by."""

from __future__ import annotations

from search.question.understanding.plan import Intent

Binding = tuple[str, str]
"""A facet, or "years", and what of it binds."""

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
"""Each question with what binds in it: facet and label of each mention, and years as "first-last"."""
