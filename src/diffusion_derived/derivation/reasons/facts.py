"""The facts that a rule may use, by the name that a reader sees when one is missing."""

from __future__ import annotations

from ..tree.opened import Moment, MutualInformation, TableDivergence, TableEntropy

LOGS, PRODUCT, SUMS, LINEAR = "laws of logarithms", "product rule", "sum rule", "linearity"
DENSITY, MOMENTS, INTEGRATE = "form of the density", "moments", "integral"
DIFFERENTIATE, GAMMA = "differentiation", "Gamma function"
DIVERGENCE, VARIANCE = TableDivergence.fact, Moment.fact
ENTROPY, INFORMATION = TableEntropy.fact, MutualInformation.fact
# What a fact says, among more.
WEAKER = {SUMS: {PRODUCT, LINEAR}, MOMENTS: {LINEAR}, DIFFERENTIATE: {LOGS}, DENSITY: {LOGS}}
OPENS = "definition of "  # followed by the name that is opened
