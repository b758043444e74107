"""An answer in words, in the asker's language: what the command line, the API and the page all say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Final

from kg.facets.columns import FacetCount
from kg.facets.table import FACETS
from search.question.answering.answer import Answer, Change, Refusal
from search.question.understanding.plan import Gap, Intent, Mention, Plan, Years
from ui.texts import N_, Texts

_NAMED: Final = 10
"""Values that a sentence names."""
_QUOTED: Final = 2

_NOT_HELD: Final = {
    "contact": N_("contact details"),
    "affiliation": N_("where a person works: an institution on a report need not be its author's employer"),
    "citations": N_("how often a report was cited, read or downloaded"),
    "person": N_("personal details of authors"),
    "accounts": N_("the money, staff and management of institutions"),
    "object": N_("pages, prices or reviewers of a report"),
    "land": N_("general facts about countries, such as capitals, rulers or populations"),
}
"""What records do not hold, by the attribute of the lexicon."""


def summary(answer: Answer, texts: Texts) -> str:
    """The answer as one short paragraph: the figure or the names, or why there is none."""
    if answer.refusal is not None:
        return refused(answer, answer.refusal, texts)
    said = _SUMMARIES[answer.plan.intent](answer, texts)
    return f"{said} {_apart(answer, texts)}" if answer.apart else said


def criteria(plan: Plan, texts: Texts) -> str:
    """What binds the answer to a plan, in a row."""
    parts = list(_names_of(plan, texts))
    parts += [said_years(years, texts) for years in plan.years if years.binds]
    parts += [texts.say("without: %(field)s", field=texts.say(_field_label(name))) for name in plan.missing]
    if plan.number is not None:
        parts.append(texts.say("number %(number)s", number=plan.number))
    if plan.text and plan.intent not in {Intent.FIND, Intent.FINDING, Intent.RELATED}:
        parts.append(texts.say("with the words “%(words)s”", words=plan.text))
    # What stands last in a sentence brings no stop of its own: "Smith, P.".
    return "; ".join(parts).removesuffix(".") or texts.say("in the whole collection")


def _field_label(name: str) -> str:
    return FACETS[name].label if name in FACETS else N_("Abstract")


def _names_of(plan: Plan, texts: Texts) -> Iterator[str]:
    """The names that bind: those of one facet together, ``Country: Kenya or Mali``, but for what is compared."""
    said = set()
    for mention in plan.mentions:
        facet, label = mention.reading.facet, mention.reading.label_in(texts.language)
        if mention.binds and mention.excluded:
            yield texts.say("not %(filter)s", filter=_filter(facet, label, texts))
        elif mention.binds and plan.intent is Intent.COMPARE:
            yield _filter(facet, label, texts)
        elif mention.binds and facet not in said:
            said.add(facet)
            yield _filter(facet, _demanded(plan.groups(facet), texts), texts)


def _filter(facet: str, label: str, texts: Texts) -> str:
    return texts.say("%(facet)s: %(label)s", facet=texts.say(FACETS[facet].label), label=label)


def _demanded(groups: Sequence[Sequence[Mention]], texts: Texts) -> str:
    """What a report must have one of each group of: ``gender and (rice or maize)``."""

    def either(one: str, other: str) -> str:
        return texts.say("%(one)s or %(other)s", one=one, other=other)

    def both(one: str, other: str) -> str:
        return texts.say("%(one)s and %(other)s", one=one, other=other)

    said = [reduce(either, (one.reading.label_in(texts.language) for one in group)) for group in groups]
    several = len(groups) > 1
    return reduce(both, (f"({one})" if several and group[1:] else one for one, group in zip(said, groups, strict=True)))


def said_years(years: Years, texts: Texts) -> str:
    """Years of publication in words."""
    if years.excluded:
        return texts.say("not %(filter)s", filter=said_years(replace(years, excluded=False), texts))
    if years.several:
        return ", ".join(str(year) for year in years.several)
    if years.first == years.last:
        return str(years.first)
    if years.last is None:
        return texts.say("since %(year)s", year=years.first)
    if years.first is None:
        return texts.say("until %(year)s", year=years.last)
    return f"{years.first}–{years.last}"


def refused(answer: Answer, refusal: Refusal, texts: Texts) -> str:
    """Why there is no answer, what was searched, and what is nearest."""
    said = [_REFUSED[refusal.gap](answer.plan, refusal, texts)]
    if answer.apart:
        said.append(_apart(answer, texts))
    if refusal.nearest:
        said.append(texts.say("Nearest names: %(names)s.", names="; ".join(refusal.nearest)))
    if refusal.hits:
        hit = refusal.hits[0].card
        said.append(texts.say("Nearest report: “%(title)s” (%(year)s).", title=hit.title, year=_year(hit.year, texts)))
    return " ".join(said)


def _apart(answer: Answer, texts: Texts) -> str:
    """How many reports have each of the names that none has all of, whether or not words were searched for instead."""
    labels = ((side.mention.reading.label_in(texts.language), side.reports) for side in answer.apart)
    names = "; ".join(f"{label} ({texts.number(reports)})" for label, reports in labels)
    if answer.plan.filters.also:
        return texts.say("Reports with each of them: %(names)s.", names=names)
    return texts.say("No record has all of these headings: %(names)s.", names=names)


# -- refusals ----------------------------------------------------------------------------------------------------------


def _empty(_plan: Plan, _refusal: Refusal, texts: Texts) -> str:
    return texts.say("Ask a question in words.")


def _nothing(plan: Plan, refusal: Refusal, texts: Texts) -> str:
    if not _binds(plan):
        return texts.say("Nothing in the collection speaks of this: neither its words nor its meaning were found.")
    said = texts.say("No report matches all of: %(criteria)s.", criteria=criteria(plan, texts))
    if refusal.newest is not None and any(years.binds for years in plan.years):
        span = {"first": refusal.oldest, "last": refusal.newest}
        said += " " + texts.say("Without the years there are reports from %(first)s to %(last)s.", **span)
    return said


def _binds(plan: Plan) -> bool:
    return any(mention.binds for mention in plan.mentions) or any(years.binds for years in plan.years)


def _which_reports(_plan: Plan, _refusal: Refusal, texts: Texts) -> str:
    return texts.say("Name the reports: by a title in quotation marks, or by their identifiers.")


def _unknown_name(_plan: Plan, refusal: Refusal, texts: Texts) -> str:
    return texts.say("No record names %(names)s.", names=_quoted(refusal.names, texts))


def _no_evidence(plan: Plan, refusal: Refusal, texts: Texts) -> str:
    if not _binds(plan):
        names = _quoted(refusal.names, texts) or texts.say("this")
        return texts.say("No report that was found says anything of %(names)s.", names=names)
    return texts.say(
        "Among the reports with %(criteria)s none says anything of %(names)s.",
        criteria=criteria(plan, texts),
        names=_quoted(refusal.names, texts) or texts.say("this"),
    )


def _not_in_records(_plan: Plan, refusal: Refusal, texts: Texts) -> str:
    return texts.say("Records do not hold %(what)s.", what=texts.say(_NOT_HELD[refusal.names[0]]))


def _future(_plan: Plan, refusal: Refusal, texts: Texts) -> str:
    return texts.say("This lies in the future, and no report that was found speaks of %(year)s.", year=refusal.names[0])


_REFUSED: Final[Mapping[Gap, Callable[[Plan, Refusal, Texts], str]]] = {
    Gap.EMPTY: _empty,
    Gap.WHICH_REPORTS: _which_reports,
    Gap.NOTHING: _nothing,
    Gap.UNKNOWN_NAME: _unknown_name,
    Gap.NO_EVIDENCE: _no_evidence,
    Gap.NOT_IN_RECORDS: _not_in_records,
    Gap.FUTURE: _future,
}


# -- answers -----------------------------------------------------------------------------------------------------------


def _found(answer: Answer, texts: Texts) -> str:
    if answer.quotes:
        quoted = (
            texts.say(
                "“%(sentence)s” (%(title)s, %(year)s)",
                sentence=quote.sentence,
                title=quote.card.title,
                year=_year(quote.card.year, texts),
            )
            for quote in answer.quotes[:_QUOTED]
        )
        return texts.say("Reports say: %(quotes)s", quotes=" ".join(quoted))
    first = answer.hits[0].card
    said = texts.count("%(n)s report is about this.", "%(n)s reports are about this.", answer.total)
    nearest = {"title": first.title, "year": _year(first.year, texts)}
    return said + " " + texts.say("The nearest: “%(title)s” (%(year)s).", **nearest)


def _listed(answer: Answer, texts: Texts) -> str:
    plan = answer.plan
    said = texts.count(
        "%(n)s report: %(criteria)s.", "%(n)s reports: %(criteria)s.", answer.total, criteria=criteria(plan, texts)
    )
    if plan.top is None or not (plan.newest or plan.oldest):
        return said
    shown = (
        texts.say("“%(title)s” (%(year)s)", title=hit.card.title, year=_year(hit.card.year, texts))
        for hit in answer.hits[: max(plan.top, _QUOTED)]
    )
    extreme = texts.say("The newest") if plan.newest else texts.say("The oldest")
    return f"{said} {extreme}: {'; '.join(shown)}."


def _counted(answer: Answer, texts: Texts) -> str:
    count = answer.count or 0
    if answer.distinct:
        counted = {"facet": _dimension(answer.plan, texts), "criteria": criteria(answer.plan, texts)}
        said = texts.count(
            "%(n)s value in %(facet)s: %(criteria)s.",
            "%(n)s different values in %(facet)s: %(criteria)s.",
            count,
            **counted,
        )
        return f"{said} {_ranked_values(answer.ranking, texts)}"
    said = texts.count(
        "%(n)s report: %(criteria)s.", "%(n)s reports: %(criteria)s.", count, criteria=criteria(answer.plan, texts)
    )
    if answer.inferred:
        said += " " + texts.say("%(n)s more by what was inferred.", n=texts.number(answer.inferred))
    return said + _in_words(answer, texts)


def _in_words(answer: Answer, texts: Texts) -> str:
    if not answer.words_alone:
        return ""
    return " " + texts.count(
        "%(n)s more says it in its text without this subject heading.",
        "%(n)s more say it in their texts without this subject heading.",
        answer.words_alone,
    )


def _by_year(answer: Answer, texts: Texts) -> str:
    most = max(answer.by_year, key=lambda year: (answer.by_year[year], year))
    each = ", ".join(f"{year}: {texts.number(count)}" for year, count in answer.by_year.items())
    if len(answer.by_year) > _NAMED:
        each = texts.say("most in %(year)s: %(n)s", year=most, n=texts.number(answer.by_year[most]))
    return f"{_counted(answer, texts)} {each}."


def _share(answer: Answer, texts: Texts) -> str:
    part, whole = answer.count or 0, answer.whole or 1
    values = {"part": texts.number(part), "whole": texts.number(whole), "criteria": criteria(answer.plan, texts)}
    share = texts.share(part / whole)
    return share + ": " + texts.say("%(part)s of %(whole)s reports (%(criteria)s).", **values)


def _ranked(answer: Answer, texts: Texts) -> str:
    said = texts.say("The rarest") if answer.plan.fewest else texts.say("The most frequent")
    facet = _dimension(answer.plan, texts)
    ranked = f"{said} ({facet}; {criteria(answer.plan, texts)}): {_ranked_values(answer.ranking, texts)}"
    return ranked + _in_words(answer, texts)


def _valued(answer: Answer, texts: Texts) -> str:
    said = texts.count(
        "%(n)s value in %(facet)s", "%(n)s values in %(facet)s", answer.distinct, facet=_dimension(answer.plan, texts)
    )
    return f"{said} ({criteria(answer.plan, texts)}): {_ranked_values(answer.ranking, texts)}"


def _coauthored(answer: Answer, texts: Texts) -> str:
    asked = _names(mention.reading.label for mention in answer.plan.mentions if mention.reading.facet == "author")
    if not answer.ranking:
        return texts.say("%(name)s signs alone on all reports here.", name=asked)
    said = texts.count("%(n)s co-author of %(name)s", "%(n)s co-authors of %(name)s", answer.distinct, name=asked)
    return f"{said}: {_ranked_values(answer.ranking, texts)}"


def _missing(answer: Answer, texts: Texts) -> str:
    said = []
    for numbers in answer.numbers:
        span = {
            "series": numbers.series.label_in(texts.language),
            "first": numbers.present[0],
            "last": numbers.present[-1],
        }
        if numbers.missing:
            span["numbers"] = _names(str(number) for number in numbers.missing)
            said.append(texts.say("Missing in %(series)s between %(first)s and %(last)s: %(numbers)s.", **span))
        else:
            said.append(texts.say("No number of %(series)s is missing between %(first)s and %(last)s.", **span))
    return " ".join(said)


def _compared(answer: Answer, texts: Texts) -> str:
    sides = "; ".join(
        f"{side.mention.reading.label_in(texts.language)}: {texts.number(side.reports)}" for side in answer.sides
    )
    most = max(answer.sides, key=lambda side: side.reports)
    tied = sum(side.reports == most.reports for side in answer.sides) > 1
    name = most.mention.reading.label_in(texts.language)
    said = texts.say("Equally many.") if tied else texts.say("More from %(name)s.", name=name)
    return texts.say("Reports: %(sides)s.", sides=sides) + " " + said


def _changed(answer: Answer, texts: Texts) -> str:
    said = []
    rose = [change for change in answer.changes if change.gain > 0]
    fell = [change for change in answer.changes if change.gain < 0]
    if rose:
        said.append(texts.say("Rose: %(values)s.", values=_changes(rose, texts)))
    if fell:
        said.append(texts.say("Fell: %(values)s.", values=_changes(fell, texts)))
    return " ".join(said)


def _changes(changes: Sequence[Change], texts: Texts) -> str:
    """Each with its numbers of reports, and with its shares of all: a collection may grow, and all in it with it."""
    return "; ".join(
        f"{one.value.label_in(texts.language)} ({texts.number(one.before)} → {texts.number(one.after)}, "
        f"{texts.share(one.share_before, 1)} → {texts.share(one.share_after, 1)})"
        for one in changes
    )


def _new(answer: Answer, texts: Texts) -> str:
    if not answer.ranking:
        return texts.say("Nothing appears for the first time (%(criteria)s).", criteria=criteria(answer.plan, texts))
    said = texts.say("For the first time (%(facet)s)", facet=_dimension(answer.plan, texts))
    return f"{said}: {_ranked_values(answer.ranking, texts)}"


def _alike(answer: Answer, texts: Texts) -> str:
    return texts.count(
        "%(n)s related report, the nearest first.", "%(n)s related reports, the nearest first.", answer.total
    )


_SUMMARIES: Final[Mapping[Intent, Callable[[Answer, Texts], str]]] = {
    Intent.FIND: _found,
    Intent.FINDING: _found,
    Intent.LIST: _listed,
    Intent.COUNT: _counted,
    Intent.COUNT_BY_YEAR: _by_year,
    Intent.SHARE: _share,
    Intent.RANK: _ranked,
    Intent.VALUES: _valued,
    Intent.COAUTHORS: _coauthored,
    Intent.GAPS: _missing,
    Intent.COMPARE: _compared,
    Intent.TREND: _changed,
    Intent.FIRST: _new,
    Intent.RELATED: _alike,
}


# -- words -------------------------------------------------------------------------------------------------------------


def _dimension(plan: Plan, texts: Texts) -> str:
    return " / ".join(texts.say(FACETS[facet].label) for facet in plan.dimension)


def _ranked_values(ranking: Sequence[FacetCount], texts: Texts) -> str:
    named = (f"{one.value.label_in(texts.language)} ({texts.number(one.count)})" for one in ranking[:_NAMED])
    more = len(ranking) - _NAMED
    rest = [texts.say("and %(n)s more", n=texts.number(more))] if more > 0 else []
    return "; ".join([*named, *rest]) + "."


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _quoted(names: Iterable[str], texts: Texts) -> str:
    return ", ".join(texts.say("“%(name)s”", name=name) for name in names)


def _year(year: int | None, texts: Texts) -> str:
    return texts.say("no year") if year is None else str(year)
