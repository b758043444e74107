from __future__ import annotations

import numpy as np
import pytest

from kg.facets.filters import Filters
from search.errors import InvalidRequestError, UnknownReportError
from search.filter_values import filter_value
from search.related import RelatedRequest, related
from search.snapshots.snapshot import Snapshot


def test_a_report_is_not_its_own_relative_and_every_relative_says_why(sample: Snapshot) -> None:
    for seed in sample.columns.reports[:10]:
        hits = related(sample, RelatedRequest((seed,)))
        assert len(hits) == 10
        assert seed not in {hit.card.iri for hit in hits}
        assert all(hit.why.similarity is not None for hit in hits)
        assert any(hit.why.shared for hit in hits)


def test_reasons_are_shared_in_fact(sample: Snapshot) -> None:
    seed = sample.columns.reports[0]
    topics = sample.columns.facets["topic"]
    mine = {topics.values[code].label for code in topics.stated.codes_of(0)}
    for hit in related(sample, RelatedRequest((seed,))):
        ordinal = sample.columns.reports.index(hit.card.iri)
        theirs = {topics.values[code].label for code in topics.stated.codes_of(ordinal)}
        shared = {value.label for value in hit.why.shared.get("topic", ())}
        assert shared == mine & theirs or len(mine & theirs) > 5


def test_several_seeds_and_filters(sample: Snapshot) -> None:
    seeds = sample.columns.reports[:3]
    country = sample.columns.facets["country"].values[0].value
    filters = Filters({"language": (filter_value(sample, "language", "en"),)}, {"country": (country,)})
    hits = related(sample, RelatedRequest(seeds, filters, limit=60))
    allowed = sample.columns.mask("language", [filter_value(sample, "language", "en")])
    allowed &= ~sample.columns.mask("country", [country])
    inside = {sample.columns.reports[o] for o in np.flatnonzero(allowed)}
    assert hits
    assert {hit.card.iri for hit in hits} <= inside - set(seeds)


def test_related_reports_have_one_value_of_each_group(sample: Snapshot) -> None:
    held = [[value.value for value in sample.columns.values("topic", o)] for o in range(len(sample.columns.reports))]
    number, topics = next((number, topics) for number, topics in enumerate(held) if number and len(topics) > 1)
    filters = Filters({"topic": (topics[0],)}, also={"topic": ((topics[1],),)})
    hits = related(sample, RelatedRequest((sample.columns.reports[0],), filters, limit=60))
    inside = sample.columns.mask("topic", [topics[0]]) & sample.columns.mask("topic", [topics[1]])
    assert sample.columns.reports[number] in {hit.card.iri for hit in hits}
    assert all(inside[sample.columns.reports.index(hit.card.iri)] for hit in hits)


def test_the_order_of_the_seeds_does_not_matter(sample: Snapshot) -> None:
    one, other = sample.columns.reports[:2]
    forwards, backwards = (related(sample, RelatedRequest(seeds)) for seeds in ((one, other), (other, one)))
    assert [hit.card.iri for hit in forwards] == [hit.card.iri for hit in backwards]


def test_unknown_and_impossible_requests(sample: Snapshot) -> None:
    with pytest.raises(UnknownReportError):
        related(sample, RelatedRequest(("http://localhost:7860/report/none",)))
    with pytest.raises(InvalidRequestError):
        related(sample, RelatedRequest(()))
