"""Words of a question -> entities of the graph, by every name that these have.

Labels are met by their folded words, the longest first. Names of countries, languages, types and access rights are
known in every language of the program, whatever the records call them; topics by the names of
``kg/authority/subjects.toml`` as well, institutions by their acronyms and the names of
``kg/authority/institutions.toml``; persons by surname and as much of the given names as was asked.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Final

from kg.authority.concepts import resolve
from kg.authority.institutions import other_names
from kg.authority.names import fold
from kg.authority.places import KnownPlace, place_called, resolve_place
from kg.authority.subjects import longest_name, subject_called
from kg.facets.columns import FacetColumn
from kg.facets.table import FACETS
from kg.model import Kind
from kg.vocab import Minter
from search.fulltext.analysis import function_words
from search.question.understanding.lexicon import adjectives
from search.question.understanding.name_words import ABBREVIATED, LEGAL_FORMS, NameWords
from search.question.understanding.people import as_persons, namesakes, person_spans, splits_of_name
from search.question.understanding.plan import How, Reading
from search.question.understanding.roles import CONTROLLED, ISSUERS, LABELLED, PLACES
from search.question.understanding.spans import Span, Token
from search.question.understanding.words import Question
from search.snapshots.snapshot import Snapshot

LONGEST: Final = 16
"""Words of a name that are looked at."""

_REORDERED: Final = tuple(name for name in LABELLED if FACETS[name].kind is not Kind.AUTHOR)
"""Facets whose names may be said in another order."""
_OPEN: Final = tuple(name for name in (*LABELLED, "topic") if FACETS[name].suggested)
"""Facets in which a name that nothing bears may be meant."""
_ISO_639_1: Final = 2
"""Letters of a code of ISO 639-1: languages that have none are rarely asked for, and their names mean other things."""
_SHORTEST_ALONE: Final = 3
"""Letters of a single word that may be a name: of shorter ones, acronyms in capitals may."""
_BY: Final = frozenset({"by", "por", "par"})
_MOST_ALIKE: Final = 5000
"""Labels with one beginning that are looked at."""
_LONGEST_GIVEN: Final = 4
_LONGEST_IN_ANY_ORDER: Final = 10
"""Words of a name that is met by its words in any order."""
_PLURALS: Final = (("s", ""), ("es", ""), ("ies", "y"), ("ais", "al"), ("aux", "al"), ("oes", "ao"), ("eis", "el"))
_LONGEST_TYPE: Final = 5
_ALIKE: Final = 0.84
"""How much of a mistyped name must be there (`difflib`): one letter in six may be wrong."""
_SHORTEST_MISTYPED: Final = 5


@dataclass(frozen=True, slots=True)
class Link:
    """Some tokens that are a name, and what it may mean, one reading a facet."""

    span: Span
    readings: tuple[Reading, ...]


class Linker:
    """Links names to the entities of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._columns = snapshot.columns
        self._minter = Minter(snapshot.manifest.base)

    def links(self, question: Question) -> list[Link]:
        """Every name of the question with what it may mean, whether or not names overlap."""
        found: dict[Span, dict[str, Reading]] = {}
        for span, reading in self._found(question):
            by_facet = found.setdefault(span, {})
            known = by_facet.get(reading.facet)
            by_facet[reading.facet] = reading if known is None else _both(known, reading)
        return [Link(span, tuple(readings.values())) for span, readings in found.items()]

    def _found(self, question: Question) -> Iterator[tuple[Span, Reading]]:
        for start in range(len(question.tokens)):
            for facet in LABELLED:
                yield from self._labels(question, start, facet)
            for end in range(start + 1, min(start + LONGEST, len(question.tokens)) + 1):
                span = Span(start, end)
                if _may_be_name(question, span):
                    for reading in (*self._controlled(question, span), *self._institutions(question, span)):
                        yield span, reading
        yield from self._topics(question)
        reordered = dict(self._in_any_order(question))
        for span, readings in reordered.items():
            yield from ((span, reading) for reading in readings)
        for span in person_spans(question):
            for person in self.people(question.said(span))[:1]:
                # Of a firm that bears all the words, initials that agree with them say less.
                spelt = set(question.words(span)) <= set(fold(person.label).split())
                if spelt or span not in reordered:
                    yield span, person

    # -- labels --------------------------------------------------------------------------------------------------------

    def _labels(self, question: Question, start: int, facet: str) -> Iterator[tuple[Span, Reading]]:
        names = self._columns.facets[facet].names
        for end in range(start + 1, min(start + LONGEST, len(question.tokens)) + 1):
            span = Span(start, end)
            text = " ".join(question.words(span))
            codes = next(filter(None, map(names.codes_of, _numbers_of(text))), [])
            if facet == "institution":
                codes = codes or self._with_legal_form(text)
            if codes and _may_be_name(question, span):
                yield span, self._reading(facet, [*codes, *self._parts_of(facet, codes)])
            if not names.beginning(text):
                return

    def _in_any_order(self, question: Question) -> Iterator[tuple[Span, tuple[Reading, ...]]]:
        """Names by their words in another order, without legal forms or brackets, and series by their initials."""
        for start in range(len(question.tokens)):
            for end in range(start + 1, min(start + _LONGEST_IN_ANY_ORDER, len(question.tokens)) + 1):
                span = Span(start, end)
                if question.is_grammar(start) or not _may_be_name(question, span):
                    # Words of grammar are in no name here, so that one before it would be taken for a part of it.
                    continue
                if not any(map(_leads_name, question.tokens[start:end])):
                    continue
                readings = tuple(self._by_words(question, span))
                if readings:
                    yield span, readings

    def _by_words(self, question: Question, span: Span) -> Iterator[Reading]:
        words, first = question.words(span), question.tokens[span.start]
        for facet in _REORDERED:
            codes = self._name_words[facet].called(words)
            if codes:
                yield self._reading(facet, codes)
            elif facet == "series" and len(span) == 1 and first.text.isupper() and len(first.text) > 2:
                abbreviated = self._name_words[facet].abbreviated(first.folded)
                if abbreviated:
                    yield self._reading(facet, abbreviated, How.ACRONYM)

    @cached_property
    def _name_words(self) -> Mapping[str, NameWords]:
        return {facet: _name_words(self._columns.facets[facet]) for facet in _REORDERED}

    def _with_legal_form(self, text: str) -> list[int]:
        """Institutions that records write with a legal form or an acronym after the name, or in abbreviations."""
        names = self._columns.facets["institution"].names
        words = text.split()
        if len(words) < 2:
            return []
        found = []
        for variant in dict.fromkeys((text, " ".join(ABBREVIATED.get(word, word) for word in words))):
            found += names.codes_of(variant)
            places = names.beginning(variant + " ")
            for place in places[:_MOST_ALIKE]:
                rest = names.folded[place][len(variant) + 1 :].split()
                if set(rest) <= LEGAL_FORMS or rest == ["".join(word[0] for word in words)]:
                    found.append(int(names.codes[place]))
        return sorted(set(found))

    def _parts_of(self, facet: str, codes: Sequence[int]) -> Iterator[int]:
        """The series that catalogues write as parts of a series: ``Research bulletin. Series B``."""
        if facet != "series":
            return
        column = self._columns.facets[facet]
        for label in {column.values[code].label for code in codes}:
            for place in column.names.beginning(fold(label) + " ")[:_MOST_ALIKE]:
                code = int(column.names.codes[place])
                if column.values[code].label.casefold().startswith(f"{label.casefold()}. "):
                    yield code

    def beginning(self, facet: str, text: str, most: int) -> Reading | None:
        """All values of a facet with a label that begins with the words of a text, if they are at most ``most``."""
        column = self._columns.facets[facet]
        folded = fold(text)
        places = column.names.beginning(folded + " ") if folded else range(0)
        codes = sorted({int(column.names.codes[place]) for place in places})
        return self._reading(facet, codes, How.BEGINNING) if 0 < len(codes) <= most else None

    def _reading(self, facet: str, codes: Sequence[int], how: How = How.LABEL) -> Reading:
        column = self._columns.facets[facet]
        totals = column.stated.totals + column.inferred.totals
        ordered = sorted(set(codes), key=lambda code: (-int(totals[code]), code))
        values = [column.values[code] for code in ordered]
        reports = int(sum(int(totals[code]) for code in ordered))
        first = values[0]
        return Reading(facet, tuple(value.value for value in values), first.label, reports, how, first.labels)

    # -- topics --------------------------------------------------------------------------------------------------------

    def heading(self, text: str) -> Reading | None:
        """The topic whose label is a text, in either number, whatever other names its subject has."""
        codes = self._headings(fold(text))
        return self._reading("topic", codes) if codes else None

    def _topics(self, question: Question) -> Iterator[tuple[Span, Reading]]:
        """Topics by their labels and by the other names of their subjects.

        Where no report has a subject, parts of its name mean nothing: sweet potatoes are no potatoes.
        """
        places = range(len(question.tokens))
        found = [(span, codes) for start in places for span, codes in self._topics_at(question, start)]
        absent = [span for span, codes in found if not codes]
        for span, codes in found:
            if codes and not any(other.start <= span.start and span.end <= other.end for other in absent):
                yield span, self._reading("topic", codes)

    def _topics_at(self, question: Question, start: int) -> Iterator[tuple[Span, list[int]]]:
        """What names of topics begin at a token, and the codes of each; none of a subject that no report has."""
        names = self._columns.facets["topic"].names
        labelled = True
        for end in range(start + 1, min(start + LONGEST, len(question.tokens)) + 1):
            span = Span(start, end)
            text = " ".join(question.words(span))
            codes = self._headings(text) if labelled else []
            subject = (
                None if not codes and _is_proper(question, span) else subject_called(text.split(), question.language)
            )
            if subject is not None:
                codes += [code for label in subject.labels() for code in names.codes_of(label)]
            if (codes or subject is not None) and _may_be_name(question, span):
                yield span, codes
            # No label may begin as the name of a subject in another language does.
            labelled = labelled and bool(names.beginning(text))
            if not labelled and len(span) >= longest_name():
                return

    def _headings(self, folded: str) -> list[int]:
        names = self._columns.facets["topic"].names
        return next(filter(None, map(names.codes_of, _numbers_of(folded))), [])

    # -- controlled values and places ----------------------------------------------------------------------------------

    def _controlled(self, question: Question, span: Span) -> Iterator[Reading]:
        text = question.said(span)
        for facet in CONTROLLED:
            kind = FACETS[facet].kind
            assert kind is not None
            variants = _of_types(text, question.words(span)) if kind is Kind.TYPE else (text,)
            reading = next(filter(None, (self._concept(facet, kind, variant) for variant in variants)), None)
            if reading is not None:
                yield reading
        codes = self._types.get(_stemmed(question.words(span)))
        if codes:
            yield self._reading("type", codes)
        of_place = adjectives(question.language).get(question.words(span))
        if of_place is not None:
            yield from self._of_place(place_called(of_place), How.ADJECTIVE)
        if len(text) > 2 or text.isupper():
            yield from self._of_place(resolve_place(text))

    def _concept(self, facet: str, kind: Kind, text: str) -> Reading | None:
        concept = resolve(kind, text)
        if concept is None or (kind is Kind.LANGUAGE and len(text) <= _SHORTEST_ALONE):
            return None
        code = self._columns.facets[facet].code(str(self._minter.entity(kind, fold(concept.key))))
        if code is not None:
            return self._reading(facet, [code])
        asked_for = kind is Kind.LANGUAGE and concept.known and len(concept.key) == _ISO_639_1
        return self._unheld(facet, kind, concept.key, concept.labels) if asked_for else None

    def _of_place(self, place: KnownPlace | None, how: How = How.LABEL) -> Iterator[Reading]:
        if place is None:
            return
        value = str(self._minter.entity(Kind.PLACE, place.key))
        codes_of = {facet: self._columns.facets[facet].code(value) for facet in PLACES}
        for facet, code in codes_of.items():
            if code is not None:
                yield self._reading(facet, [code], how)
        if place.is_country and not any(code is not None for code in codes_of.values()):
            yield self._unheld("country", Kind.PLACE, place.key, place.labels)

    def _unheld(self, facet: str, kind: Kind, key: str, labels: Mapping[str, str]) -> Reading:
        """A country or language that is one, though no report has it: what is asked of it finds nothing."""
        value = str(self._minter.entity(kind, key))
        return Reading(facet, (value,), labels["en"], 0, labels=labels)

    @cached_property
    def _types(self) -> dict[tuple[str, ...], list[int]]:
        """The codes of document types by their words without endings: "audit reports" is "Audit Report"."""
        found: dict[tuple[str, ...], list[int]] = {}
        for code, value in enumerate(self._columns.facets["type"].values):
            for label in {value.label, *value.labels.values()}:
                found.setdefault(_stemmed(fold(label).split()), []).append(code)
        return {words: sorted(set(codes)) for words, codes in found.items()}

    # -- institutions --------------------------------------------------------------------------------------------------

    def _institutions(self, question: Question, span: Span) -> Iterator[Reading]:
        text = question.said(span)
        others = other_names(text)
        acronym = len(span) == 1 and text.isupper() and len(text) > 1
        if not others and not acronym:
            return
        names = {fold(name) for name in (text, *others)}
        for facet in filter(LABELLED.__contains__, ISSUERS):
            codes = [code for name in sorted(names) for code in self._columns.facets[facet].names.codes_of(name)]
            if acronym or others:
                codes += self._with_acronym(facet, names)
            if codes:
                yield self._reading(facet, codes, How.ACRONYM)

    def _with_acronym(self, facet: str, names: Collection[str]) -> Iterator[int]:
        """Values whose label ends in an acronym: ``Center for X (CX)``, ``MELSpace (ICARDA)``."""
        column = self._columns.facets[facet]
        acronyms = [name for name in sorted(names) if " " not in name]
        if facet == "institution":
            for acronym in acronyms:
                for match in self._snapshot.suggestions.find([acronym], (facet,), 60, typos=False):
                    code = column.code(match.iri)
                    if code is not None and _ends_in_acronym(match.matched, acronym):
                        yield code
        elif len(column.values) <= _MOST_ALIKE:
            for code, value in enumerate(column.values):
                if any(_ends_in_acronym(value.label, acronym) for acronym in acronyms):
                    yield code

    def in_role(self, facet: str, anyhow: Reading) -> Reading:
        """An institution in one role: those of its values that records name in it; all, and no report, if none does."""
        codes = [code for code in map(self._columns.facets[facet].code, anyhow.values) if code is not None]
        return self._reading(facet, codes, anyhow.how) if codes else replace(anyhow, facet=facet, reports=0)

    # -- persons -------------------------------------------------------------------------------------------------------

    def people(self, text: str) -> list[Reading]:
        """The different persons who may be called so, most reports first, each with all spellings of the name."""
        best: list[Reading] = []
        for surname, given in splits_of_name(text):
            groups = as_persons(namesakes(self._columns.facets["author"], surname, given), given)
            found = [self._reading("author", codes, How.NAME) for codes in groups]
            if sum(reading.reports for reading in found) > sum(reading.reports for reading in best):
                best = sorted(found, key=lambda reading: -reading.reports)
            if best and given:
                break
        return best

    # -- names that nothing bears --------------------------------------------------------------------------------------

    def mistyped(self, facet: str, text: str) -> Reading | None:
        """The value of a facet whose label differs from a text by a typo or two."""
        folded = fold(text)
        if len(folded) < _SHORTEST_MISTYPED:
            return None
        column = self._columns.facets[facet]
        alike = column.names.like(folded, 4000)
        near = difflib.get_close_matches(folded, alike, n=1, cutoff=_ALIKE)
        return self._reading(facet, [alike[near[0]]], How.TYPO) if near else None

    def nearest(self, text: str) -> tuple[str, ...]:
        """Labels of any open facet that look most like a name that nothing bears."""
        words = fold(text).split()
        found: list[tuple[float, str]] = []
        for facet in _OPEN:
            column: FacetColumn = self._columns.facets[facet]
            # Labels of persons begin with the surname, which questions say last.
            turns = range(min(len(words), _LONGEST_GIVEN) if facet == "author" else 1)
            forms = {" ".join(words[turn:] + words[:turn]) for turn in turns}
            for form in sorted(forms):
                alike = column.names.like(form, 1000)
                for name in difflib.get_close_matches(form, alike, n=2, cutoff=0.6):
                    ratio = difflib.SequenceMatcher(None, form, name).ratio()
                    found.append((-ratio, column.values[alike[name]].label))
        return tuple(dict.fromkeys(label for _, label in sorted(found)[:3]))


def _name_words(column: FacetColumn) -> NameWords:
    return NameWords((value.label for value in column.values), column.stated.totals.tolist())


def _both(first: Reading, second: Reading) -> Reading:
    """Two readings as one facet: an institution by its name and by its acronym is the same one."""
    more = tuple(value for value in second.values if value not in first.values)
    if second.how is not How.ACRONYM or not more:
        return first
    # Reports that name it in both ways are few, and the plan only shows this number.
    return replace(first, values=(*first.values, *more), reports=max(first.reports, second.reports))


def _may_be_name(question: Question, span: Span) -> bool:
    """Whether some tokens may be a name: neither end is a grammar word, and no quotation mark cuts through them."""
    first, last = question.tokens[span.start], question.tokens[span.end - 1]
    if first.quote != last.quote:
        return False
    begins = first.capital and len(span) > 2
    if (_is_grammar(question, span.start) and not begins) or _is_grammar(question, span.end - 1):
        return False
    if len(span) == 1:
        return (len(first.folded) >= _SHORTEST_ALONE and not first.folded.isdigit()) or first.text.isupper()
    return not all(token.folded.isdigit() for token in question.tokens[span.start : span.end])


def _leads_name(token: Token) -> bool:
    """Whether a word may be of a proper name: with a capital, or quoted."""
    return token.capital or token.quote is not None


def _is_proper(question: Question, span: Span) -> bool:
    """Whether a word stands as part of a proper name does: with capitals beside each other, La Paz, or by Banks."""
    token = question.tokens[span.start]
    if len(span) > 1 or span.start == 0 or not token.capital or token.text.isupper() or token.quote is not None:
        return False
    before, *after = (*question.tokens[span.start - 1 : span.start], *question.tokens[span.end : span.end + 1])
    return before.capital or before.folded in _BY or any(one.capital for one in after)


def _is_grammar(question: Question, place: int) -> bool:
    """Whether a word carries grammar. In capitals it may be an acronym, unless its neighbours are in capitals too."""
    token = question.tokens[place]
    if token.text.casefold() not in function_words(question.language):
        return False
    beside = question.tokens[max(0, place - 1) : place] + question.tokens[place + 1 : place + 2]
    stands_out = token.text.isupper() and len(token.text) > 1 and not any(other.text.isupper() for other in beside)
    return not stands_out


def _numbers_of(text: str) -> tuple[str, ...]:
    """A text, then the same with its last word in the other number, as the languages of questions form it."""
    if text.endswith("ies"):
        return text, text[:-3] + "y"
    if text.endswith("es"):
        return text, text[:-1], text[:-2]
    if text.endswith("s"):
        return text, text[:-1]
    return (text, text[:-1] + "ies") if text.endswith("y") else (text, text + "s", text + "es")


def _of_types(text: str, words: Sequence[str]) -> tuple[str, ...]:
    """How a list of types may write one that is asked for in the plural, each of its words included."""
    if len(words) > _LONGEST_TYPE:
        return (text,)
    singular = product(*(_singulars(word) for word in words))
    return tuple(dict.fromkeys((text, *(" ".join(one) for one in singular))))


def _singulars(word: str) -> tuple[str, ...]:
    """A folded word and what it may be the plural of, in any of the four languages."""
    found = [word]
    for ending, singular in _PLURALS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            found.append(word.removesuffix(ending) + singular)
    return tuple(found)


def _stemmed(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word[:-1] if len(word) > _SHORTEST_ALONE and word.endswith("s") else word for word in words)


def _ends_in_acronym(label: str, acronym: str) -> bool:
    """Whether a label is a name with its acronym after it, in brackets or after a dash, and nothing more."""
    words = fold(label).split()
    closing = label.rstrip().endswith(")") or " - " in label
    return len(words) > 1 and closing and words[-1] == acronym and label.count("(") <= 1
