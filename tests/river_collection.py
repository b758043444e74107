"""A small collection of invented records whose figures are known: what questions are answered from in tests.

Persons are written in several ways, institutions have acronyms, series have gaps, and one report has no year.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TODAY = dt.date(2024, 6, 1)
"""The day on which questions about it are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record, and what tests count in it. ``language`` and ``type`` are written as records write them."""

    id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    corporate: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    funders: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    language: str = "Inglés"
    type: str = "Report"
    year: int | None = None
    publisher: str = "Dry Rivers Press"
    repository: str = "Invented River Archive (IRA)"
    series: str = ""
    number: int | None = None
    access: str = "Open Access"

    def record(self) -> dict[str, object]:
        """The row as a line of VuFind's Solr JSON."""
        numbered = self.series if self.number is None else f"{self.series} No. {self.number}"
        record: dict[str, object] = {
            "id": self.id,
            "title": self.title,
            "description": self.abstract,
            "author": list(self.authors),
            "author_corporate": list(self.corporate),
            "institution_affiliation_str_mv": list(self.affiliations),
            "funder_str_mv": list(self.funders),
            "topic": list(self.topics),
            "geographic": list(self.places),
            "language": [self.language],
            "format": self.type,
            "publisher": self.publisher,
            "collection": self.repository,
            "series": [numbered],
            "publishDate": [str(self.year or "")],
            "dc.rights.access.fl_str_mv": [self.access],
        }
        return {name: value for name, value in record.items() if value not in ("", [], [""])}


IDR = "Institute for Dry Rivers (IDR)"
IFAD = "International Fund for Agricultural Development"
FUND = "Slow Water Fund"
HILLS = "Open Hill Repository (OHR)"
FRENCH, SPANISH, PORTUGUESE = "Francés", "Español", "Portugués"

ROWS = (
    Row(
        id="r01",
        title="Canals that farmers mend: irrigation in Kenya",
        abstract="Farmers in Kenya mend their own canals. After two seasons the yields of maize rose by 12 percent.",
        authors=("Okello, Denis", "van Oosterveld, Marijke"),
        funders=(FUND,),
        topics=("irrigation", "gender"),
        places=("Kenya",),
        year=1996,
        corporate=(IDR,),
        series="River Papers",
        number=1,
    ),
    Row(
        id="r02",
        title="Goat keeping by widows in Kenya",
        abstract="Widows who keep goats sell milk every week. Their children went to school more often than before.",
        authors=("Okello, D.", "Tamwe, J. P."),
        topics=("goats", "gender"),
        places=("Kenya",),
        year=1998,
        corporate=(IDR,),
        series="River Papers",
        number=2,
    ),
    Row(
        id="r03",
        title="Seed fairs and seed loans in Mali",
        abstract="Seed fairs in Mali reached poor households late. Seed loans were repaid in grain after the harvest.",
        authors=("Diallo-Sy, Aminata", "Okello, Denis"),
        funders=(IFAD,),
        topics=("seeds",),
        places=("Mali", "West Africa"),
        year=2001,
        corporate=(IDR, IFAD),
        series="River Papers",
        number=4,
    ),
    Row(
        id="r04",
        title="Mares e sementes: bancos de sementes no Quênia",
        abstract="Os bancos de sementes guardam variedades locais. As mulheres escolhem as sementes de cada ano.",
        authors=("da Silveira, Rui", "da Silveira, R."),
        topics=("seeds", "gender"),
        places=("Kenya",),
        language=PORTUGUESE,
        type="Working Paper",
        year=2004,
        series="River Papers",
        number=7,
    ),
    Row(
        id="r05",
        title="Les canaux du Mali : l'irrigation villageoise",
        abstract="Les villages du Mali partagent l'eau des canaux. Les conflits ont diminué après l'accord de 1999.",
        authors=("Diallo-Sy, Aminata",),
        affiliations=("Niger Bend University",),
        funders=(FUND,),
        topics=("irrigation",),
        places=("Mali",),
        language=FRENCH,
        type="Working Paper",
        year=2004,
        repository=HILLS,
        publisher="IFAD",
        series="Cahiers des rives",
        number=2,
    ),
    Row(
        id="r06",
        title="Les chèvres et la sécheresse au Mali",
        abstract="La sécheresse a tué la moitié des chèvres du village. Les éleveurs ont vendu le reste trop tard.",
        authors=("Diallo-Sy, A.", "Kováčová, Żaneta"),
        affiliations=("Niger Bend University",),
        topics=("goats", "drought"),
        places=("Mali", "West Africa"),
        language=FRENCH,
        year=2008,
        repository=HILLS,
        publisher="IFAD",
        series="Cahiers des rives",
        number=5,
    ),
    Row(
        id="r07",
        title="Grupos de ahorro de mujeres en Perú",
        abstract="Los grupos de ahorro prestan a sus socias. Las socias del valle pagaron casi todos los préstamos.",
        authors=("Quiroga Beltrán, Inés",),
        funders=(FUND,),
        topics=("savings groups", "gender"),
        places=("Peru", "Andes"),
        language=SPANISH,
        type="Thesis",
        year=2008,
        repository=HILLS,
        access="Restricted Access",
    ),
    Row(
        id="r08",
        title="Riego y sequía en los valles de Perú",
        abstract="El riego nocturno ahorra agua en los valles secos. La sequía de 2005 vació los canales altos.",
        authors=("Quiroga Beltrán, I.", "Kováčová, Żaneta"),
        affiliations=(IFAD,),
        topics=("irrigation", "drought"),
        places=("Peru",),
        language=SPANISH,
        year=2010,
        repository=HILLS,
        publisher="IFAD",
        corporate=(IFAD,),
    ),
    Row(
        id="r09",
        title="Savings groups after the earthquake in Nepal",
        abstract="Savings groups in Nepal lent to members who lost their houses. Interest rates stayed at 2 percent.",
        authors=("van Oosterveld, M.", "Okello, Dinah"),
        topics=("savings groups",),
        places=("Nepal",),
        type="Journal Article",
        year=2016,
        series="Journal of Small Streams",
        number=3,
    ),
    Row(
        id="r10",
        title="Terraces and drought in Nepal",
        abstract="Terraces keep the soil moist for nine days longer. Drought still halves the harvest of millet.",
        authors=("Okello, Dinah", "Kováčová, Żaneta"),
        topics=("drought", "soil"),
        places=("Nepal",),
        type="Journal Article",
        year=2017,
        series="Journal of Small Streams",
        number=4,
        corporate=(IDR,),
    ),
    Row(
        id="r11",
        title="Audit of the canal programme in Kenya",
        abstract="The programme kept no register of repairs. Two of five contracts were signed without a tender.",
        topics=("irrigation",),
        places=("Kenya",),
        type="Audit Report",
        year=2019,
        corporate=(IFAD,),
        publisher="IFAD",
        access="Restricted Access",
    ),
    Row(
        id="r12",
        title="Audit of seed banks in Mali",
        abstract="The seed banks hold fewer varieties than their ledgers say. No losses were reported to the donor.",
        topics=("seeds",),
        places=("Mali",),
        type="Audit Report",
        year=2020,
        corporate=(IFAD,),
        publisher="IFAD",
        access="Restricted Access",
    ),
    Row(
        id="r13",
        title="Goats, drought and insurance in Kenya",
        abstract="Insurance paid for one goat in four. Who was insured sold fewer goats in the drought of 2016.",
        authors=("Okello, Denis", "Okello, Dinah"),
        topics=("goats", "drought", "insurance"),
        places=("Kenya",),
        year=2020,
        corporate=(IDR,),
    ),
    Row(
        id="r14",
        title="Seeds of millet and their keepers in Nepal",
        abstract="Keepers of millet seeds are mostly old women. Young people in Nepal buy seeds in town.",
        authors=("Okello, Dinah", "da Silveira, Rui"),
        topics=("seeds", "gender"),
        places=("Nepal",),
        type="Working Paper",
        year=2022,
        access="Restricted Access",
    ),
    Row(
        id="r15",
        title="Agua de noche: turnos de riego en Perú",
        abstract="Los turnos de noche cansan a las familias. Los regantes jóvenes prefieren pagar a un vecino.",
        authors=("Quiroga Beltrán, Inés", "Oliveira, Ana de"),
        topics=("irrigation", "youth"),
        places=("Peru", "Andes"),
        language=SPANISH,
        year=2023,
        repository=HILLS,
    ),
    Row(
        id="r16",
        title="Field notes without a date",
        abstract="These notes were found in a drawer of the station. They tell of wells that nobody remembers.",
        authors=("Tamwe, J. P.", "van Oosterveld, Marijke"),
        topics=("wells",),
        type="Working Paper",
    ),
)
"""The records, in the order of their years."""


def write_river_collection(path: Path) -> Path:
    """Write the records, one a line."""
    path.write_text("".join(json.dumps(row.record()) + "\n" for row in ROWS), encoding="utf-8")
    return path


def having(condition: Callable[[Row], bool]) -> set[str]:
    """The ids of the records of which something is true."""
    return {row.id for row in ROWS if condition(row)}
