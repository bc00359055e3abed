"""Symbols that carry their domain, exact points inside it, and the time limit."""

import copy
import pickle
import random
import signal
import threading
import time

import pytest
import sympy as sp

from diffusion_derived.derivation.decision.domain import (
    UnitSymbol,
    allows,
    in_order,
    natural,
    positive,
    random_point,
    real,
    small_point,
    time_limit,
    unit,
    whole,
)

MAKERS = {
    unit: lambda v: 0 < v < 1,
    positive: lambda v: v > 0,
    real: lambda v: v.is_real,
    natural: lambda v: v.is_Integer and v >= 1,
    whole: lambda v: v.is_Integer and v >= 0,
}


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_points_are_exact_and_inside_the_domain(maker):
    symbols = [maker(name) for name in "pqrstuvwxyz"]
    rng = random.Random(1)
    points = [small_point(symbols, start) for start in range(9)]
    points += [random_point(symbols, rng) for _ in range(200)]
    for point in points:
        assert set(point) == set(symbols)
        assert all(value.is_Rational and MAKERS[maker](value) for value in point.values())


def test_small_points_give_different_symbols_different_values():
    point = small_point([real("x"), positive("s"), unit("a"), natural("n")])
    assert len(set(point.values())) == 4


def test_points_reach_the_edges_of_the_integers():
    n, k = natural("n"), whole("k")
    points = [small_point([n, k], start) for start in range(4)]
    assert any(point[n] == 1 for point in points)
    assert any(point[k] == 0 for point in points)


def test_the_same_seed_gives_the_same_point():
    symbols = {unit("a"), real("x"), whole("k")}
    one, two = (random_point(symbols, random.Random(7)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    "facts", [{"odd": True}, {"negative": True}, {"even": True, "zero": False}]
)
def test_other_assumptions_are_met_too(facts):
    symbol = sp.Symbol("m", **facts)
    rng = random.Random(0)
    values = [random_point([symbol], rng)[symbol] for _ in range(50)]
    values += [small_point([symbol], start)[symbol] for start in range(5)]
    for fact, truth in facts.items():
        assert all(getattr(value, f"is_{fact}") is truth for value in values)


def test_an_assumption_that_no_fraction_meets_is_an_error():
    with pytest.raises(ValueError, match="symbol w"):
        random_point([sp.Symbol("w", irrational=True)], random.Random(0))


def test_the_domain_survives_substitution_and_copies():
    a, x = unit("a"), real("x")
    moved = [
        (x**2).subs(x, a),
        (x + 1).xreplace({x: a}),
        pickle.loads(pickle.dumps(a * x)),
        copy.deepcopy(a + 1),
        sp.expand((1 + a) ** 3),
        sp.simplify(a * x / x),
        sp.diff(a**3, a),
        sp.cse([a**2 + 1, a**2])[0][0][1],
        sp.Poly(a**2 + a).as_expr(),
    ]
    for expr in moved:
        assert a in expr.free_symbols
        assert all(isinstance(s, UnitSymbol) for s in expr.free_symbols if s.name == "a")


def test_a_unit_symbol_is_positive_and_no_other_symbol():
    assert unit("a").is_positive
    assert unit("a") == unit("a")
    assert unit("a") != positive("a")
    assert not allows(unit("a"), sp.Integer(1))
    assert sp.latex(unit("alpha_t")) == r"\alpha_{t}"


def test_order_is_by_name():
    symbols = [real("y"), unit("b"), positive("x"), natural("a")]
    assert [s.name for s in in_order(symbols)] == ["a", "b", "x", "y"]


def spin(seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "not stopped"


def test_time_limit_stops_a_loop_and_puts_the_handler_back():
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(TimeoutError), time_limit(0.05):
        spin()
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0


def test_waiting_does_not_count():
    with time_limit(0.05):
        time.sleep(0.2)
        result = "undisturbed"
    assert result == "undisturbed"


def test_a_body_that_ends_in_time_is_not_disturbed():
    with time_limit(60):
        result = 1 + 1
    assert result == 2
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0


def test_nested_limits_the_inner_one_leaves_the_outer_one_running():
    with time_limit(60):
        with pytest.raises(TimeoutError), time_limit(0.05):
            spin()
        left = signal.getitimer(signal.ITIMER_VIRTUAL)[0]
        assert 30 < left <= 60


def test_nested_limits_the_outer_one_also_stops_the_inner_body():
    with pytest.raises(TimeoutError), time_limit(0.05), time_limit(60):
        spin()


def test_an_inner_limit_that_catches_the_outer_alarm_does_not_keep_it():
    def stubborn():
        try:
            with time_limit(60):
                spin()
        except TimeoutError:
            return spin()

    with pytest.raises(TimeoutError), time_limit(0.05):
        stubborn()


def test_a_swallowed_alarm_comes_again():
    with pytest.raises(TimeoutError), time_limit(0.05):
        try:
            spin()
        except Exception:  # noqa: BLE001  (what some SymPy code does)
            spin()


def test_in_another_thread_the_body_runs_without_a_limit():
    results = []

    def body():
        with time_limit(0.001):
            time.sleep(0.01)
            results.append("done")

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert results == ["done"]


def test_sympy_prints_and_compiles_unit_symbols_like_any_other():
    theta = unit("theta")
    assert str(theta) == "theta"
    assert sp.lambdify([theta], 1 - theta, "math")(0.25) == 0.75
    assert sp.lambdify([theta], 1 - theta, "mpmath")(0.25) == 0.75
