"""Every derivation of the catalogue is decided when it is built, and none is missing."""

from __future__ import annotations

import pytest
from catalogue import every_topic

TOPICS = every_topic()
DECIDED = ("proof", "induction", "family", "bound", "approx")


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.title)
def test_every_derivation_is_decided(topic):
    assert topic.derived
    for derived in topic.derived:
        assert derived.closed and derived.grade in DECIDED


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.title)
def test_every_refused_variant_has_its_counterexample(topic):
    refused = [r for d in topic.chains() for line in d.lines for r in line.refused]
    assert refused
    assert all(refusal.witness is not None for refusal in refused)


def test_titles_and_labels_are_unique():
    titles = [topic.title for topic in TOPICS]
    labels = [derived.label for topic in TOPICS for derived in topic.derived]
    assert len(set(titles)) == len(titles)
    assert len(set(labels)) == len(labels)


def test_the_catalogue_is_complete():
    lines = [line for topic in TOPICS for d in topic.chains() for line in d.lines[1:]]
    assert len(TOPICS) >= 43
    assert len(lines) >= 140
    assert sum(len(line.refused) for line in lines) >= 276
