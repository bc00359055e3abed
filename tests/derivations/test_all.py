"""Every derivation of the catalogue is decided when it is built, and none is missing."""

from __future__ import annotations

import pytest
from catalogue import every_topic

TOPICS = every_topic()
DECIDED = ("proof", "induction", "family", "bound", "approx")


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.title)
def test_every_derivation_is_decided_and_every_refused_variant_has_its_counterexample(topic):
    assert topic.derived
    for derived in topic.derived:
        assert derived.closed and derived.grade in DECIDED
    refused = [r for d in topic.chains() for line in d.lines for r in line.refused]
    assert refused
    assert all(refusal.witness is not None for refusal in refused)


def test_titles_are_unique():
    titles = [topic.title for topic in TOPICS]
    assert len(set(titles)) == len(titles) >= 43


@pytest.mark.slow  # a worker that does not have them yet derives them all once more
def test_labels_are_unique():
    labels = [derived.label for topic in TOPICS for derived in topic.derived]
    assert len(set(labels)) == len(labels)


@pytest.mark.slow
def test_the_catalogue_is_complete():
    lines = [line for topic in TOPICS for d in topic.chains() for line in d.lines[1:]]
    assert len(lines) >= 140
    assert sum(len(line.refused) for line in lines) >= 276
