"""Chapter 4 on finite tables: entropy, divergence and codes, against scipy and enumeration."""

import itertools
from fractions import Fraction as F
from math import inf, isfinite, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import mutual_info_score

from diffusion_derived import bayes
from diffusion_derived import information as info
from diffusion_derived.information import Code

WEATHER = {"sun": F(1, 2), "cloud": F(1, 4), "rain": F(1, 8), "snow": F(1, 8)}
HALL = bayes.joint((F(2, 5), F(3, 5)), ((F(7, 100), F(93, 100)), (F(1, 100), F(99, 100))))
WEIGHTS = st.lists(st.integers(0, 50), min_size=2, max_size=6).filter(any)
PAIRS = st.integers(2, 6).flatmap(
    lambda n: st.tuples(
        *2 * [st.lists(st.floats(1e-6, 1), min_size=n, max_size=n).map(lambda w: normalised(w))]
    )
)


def normalised(weights):
    return np.array(weights, dtype=float) / np.sum(weights, dtype=float)


# entropy and divergence ---------------------------------------------------------------------------


def test_the_weather_has_seven_quarters_of_a_bit():
    p = list(WEATHER.values())
    assert info.entropy(p) == pytest.approx(7 / 4 * log(2), abs=1e-15)
    assert info.in_bits(info.entropy(p)) == pytest.approx(7 / 4)
    assert info.cross_entropy(p, [F(1, 4)] * 4) == pytest.approx(2 * log(2))


@given(PAIRS)
def test_tables_agree_with_scipy(pair):
    p, q = pair
    assert info.entropy(p) == pytest.approx(stats.entropy(p), abs=1e-12)
    assert info.kl(p, q) == pytest.approx(stats.entropy(p, q), abs=1e-9)
    assert info.cross_entropy(p, q) == pytest.approx(info.entropy(p) + info.kl(p, q), abs=1e-9)


@given(PAIRS)
def test_a_divergence_is_never_negative_and_zero_for_equals(pair):
    p, q = pair
    assert info.kl(p, q) >= 0 and info.kl(p, p) == 0 and info.entropy(p) >= 0
    assert info.entropy(p) <= log(p.size) + 1e-12


def test_rounding_does_not_make_a_small_divergence_negative():
    rng = np.random.default_rng(4)
    for _ in range(200):
        p = rng.dirichlet(np.ones(50))
        q = normalised(p * (1 + 1e-8 * rng.normal(size=50)))
        assert info.kl(p, q) >= 0


def test_what_is_impossible():
    assert info.surprise([1, 0.5, 0]).tolist() == [0, log(2), inf]
    assert info.kl([1, 0], [0.5, 0.5]) == pytest.approx(log(2)) and info.entropy([1, 0]) == 0
    assert info.kl([0.5, 0.5], [1, 0]) == inf == info.cross_entropy([0.5, 0.5], [1, 0])
    assert info.kl([1e-300, 1 - 1e-300], [0.5, 0.5]) == pytest.approx(log(2))


def test_mutual_information_of_the_hall():
    told = info.mutual_information(HALL)
    people = np.repeat([0, 0, 1, 1], [28, 372, 6, 594]), np.repeat([0, 1, 0, 1], [28, 372, 6, 594])
    assert told == pytest.approx(mutual_info_score(*people), abs=1e-12)
    p = HALL.astype(float)
    given_sex = -np.sum(p * np.log(p / p.sum(axis=1, keepdims=True)))
    assert told == pytest.approx(info.entropy(p.sum(axis=0)) - given_sex, abs=1e-12)


@given(PAIRS)
def test_mutual_information_vanishes_for_a_product_only(pair):
    p, q = pair
    product = np.outer(p, q)
    assert info.mutual_information(product) == pytest.approx(0, abs=1e-12)
    assert info.mutual_information(np.diag(p)) == pytest.approx(info.entropy(p), abs=1e-9)


BAD = [
    (lambda: info.entropy([0.5, 0.4]), "p = "),
    (lambda: info.entropy([1.5, -0.5]), "p = 1.5"),
    (lambda: info.kl([0.5, 0.5], [1 / 3] * 3), "q = "),
    (lambda: info.kl([0.5, 0.5], [0.5, float("nan")]), "q = nan"),
    (lambda: info.cross_entropy([[0.5], [0.5]], [0.5, 0.5]), "q = "),
    (lambda: info.mutual_information([0.5, 0.5]), "joint = "),
    (lambda: info.surprise(1.2), "p = 1.2"),
    (lambda: info.huffman({"a": 1}), "p = "),
    (lambda: info.huffman({"a": 0.3, "b": 0.3}), "p = "),
    (lambda: Code({"a": "0", "b": "01"}), "words = 01"),
    (lambda: Code({"a": "0", "b": "0"}), "words = 0"),
    (lambda: Code({"a": "0", "b": "12"}), "words = '12'"),
    (lambda: Code({"a": "0", "b": "10"}).encode("abc"), "message = c"),
    (lambda: Code({"a": "0", "b": "10"}).decode("01"), "digits = 1"),
    (lambda: Code({"a": "0", "b": "10"}).expected_length_bits({"a": 1}), "p = "),
]


@pytest.mark.parametrize(("call", "words"), BAD, ids=[words for _, words in BAD])
def test_bad_input_is_refused_by_name(call, words):
    with pytest.raises(ValueError, match="expected") as refused:
        call()
    assert str(refused.value).startswith(words)


# codes --------------------------------------------------------------------------------------------


def test_the_code_of_the_weather():
    code = info.huffman(WEATHER)
    assert dict(code.words) == {"sun": "0", "cloud": "10", "rain": "110", "snow": "111"}
    assert code.expected_length_bits(WEATHER) == F(7, 4) and code.kraft_sum == 1
    assert code.encode(["rain", "sun", "cloud"]) == "110010"
    assert code.decode("110010") == ["rain", "sun", "cloud"] and code.decode("") == []


def shortest(weights) -> F:
    """The least mean length over all lengths that Kraft's inequality allows, by going through."""
    total, best = sum(weights), None
    for lengths in itertools.product(range(1, len(weights) + 1), repeat=len(weights)):
        if sum(F(1, 2**length) for length in lengths) <= 1:
            mean = F(sum(w * length for w, length in zip(weights, lengths, strict=True)), total)
            best = mean if best is None else min(best, mean)
    return best


@given(st.lists(st.integers(1, 30), min_size=2, max_size=5))
def test_no_code_is_shorter(weights):
    p = {symbol: F(weight, sum(weights)) for symbol, weight in enumerate(weights)}
    assert info.huffman(p).expected_length_bits(p) == shortest(weights)


@given(WEIGHTS, st.randoms())
def test_a_huffman_code_is_complete_reads_back_and_costs_at_most_a_bit_too_much(weights, random):
    p = {symbol: F(weight, sum(weights)) for symbol, weight in enumerate(weights)}
    code = info.huffman(p)
    message = random.choices(list(p), k=20)
    assert code.kraft_sum == 1 and code.decode(code.encode(message)) == message
    entropy_bits = info.in_bits(info.entropy(list(p.values())))
    assert entropy_bits - 1e-9 <= float(code.expected_length_bits(p)) <= entropy_bits + 1
    assert isfinite(entropy_bits)


def test_a_code_of_floats():
    code = info.huffman({"a": 0.9, "b": 0.1})
    assert (
        code.words == {"a": "0", "b": "1"} and code.expected_length_bits({"a": 0.9, "b": 0.1}) == 1
    )
