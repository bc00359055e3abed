r"""A derivation: a chain of displayed lines, each decided when it is written.

    d = Derivation("One step back", NOTATION, label="eq-ddpm-posterior", chapter="10")
    d.start(r"...")                       # the first expression, in the book's TeX
    d.step(r"...", "reason", rejects={"the usual slip": r"..."})
    d.bound(r"...", "Jensen", gap=r"...", nonneg="eq-gibbs")
    d.qed()

The TeX that is shown is the string that is read and decided. A line that is refuted, undecided or
says nothing new raises, with the counterexample where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .language.notation import equal
from .lines import Line, Refusal
from .reasons.estimates import Estimate, Sampler, computed, simulated
from .reasons.gaps import broken, nonnegative, vanishing_order
from .reasons.lemmas import check_lemma
from .reasons.rules import Rule
from .reasons.slopes import Lowest
from .record import Record
from .tree.terms import Term
from .verdict import PROVED, REFUTED, DerivationError, Verdict

Wrong = Mapping[str, str]


class Derivation(Record):
    """A chain of equations, approximations and bounds that ends in a labelled statement."""

    # ---- verbs that decide ---------------------------------------------------------------

    def start(self, tex: str, because: str = "") -> Derivation:
        """The first expression of the chain. It is read, so a TeX that cannot be read raises."""
        if self.lines:
            raise DerivationError(f"{self.title!r} has started already")
        self.lines = (Line("", tex, because, "definition", term=self.notation.read(tex)),)
        return self

    def step(
        self,
        tex: str,
        reason: str | Rule,
        *,
        rejects: Wrong | None = None,
        label: str | None = None,
    ) -> Derivation:
        """The line above equals `tex`. Each wrong variant in `rejects` must be refuted."""
        above, term = self._above().term, self._read_next(tex)
        verdict = self._demand(equal(self.notation, above, term), tex, reason)
        line = Line(
            "=", tex, str(reason), self.notation.grade(above, term),
            ran=self._run(reason, above, term, tex),
            method=verdict.method,
            refused=self._refuse(rejects, lambda wrong: equal(self.notation, above, wrong)),
            label=label, term=term,
        )  # fmt: skip
        return self._write(line)

    def bound(
        self,
        tex: str,
        reason: str,
        *,
        gap: str,
        nonneg: str | Lowest,
        at: Mapping[str, str] | None = None,
        below: bool = True,
        rejects: Wrong | None = None,
        label: str | None = None,
    ) -> Derivation:
        r"""The line above is $\ge$ `tex` (with `below=False`: $\le$).

        The gap is decided as an equation. That it is not negative rests on the entry labelled
        `nonneg` (with its names replaced by the expressions in `at`), or is decided: `nonneg` is
        an expression that equals the gap and shows its sign, or the place where it is lowest. A
        wrong variant must fail as a bound at some point: one that is merely looser is no mistake.
        """
        above, term, excess = self._above().term, self._read_next(tex), self.notation.read(gap)

        def difference(other: Term) -> Term:
            return above - other if below else other - above

        verdict = self._demand(equal(self.notation, difference(term), excess), tex, reason)
        sign = self._sign(gap, excess, nonneg, at or {}, tex)
        line = Line(
            r"\ge" if below else r"\le", tex, reason, "bound",
            method=verdict.method,
            note=f"the gap ${gap}$ is not negative: {sign}",
            refused=self._refuse(rejects, lambda other: broken(self.notation, difference(other))),
            label=label, term=term,
        )  # fmt: skip
        return self._write(line)

    def approx(
        self, tex: str, reason: str, *, var: str, order: int, label: str | None = None
    ) -> Derivation:
        r"""The line above is `tex` up to an error $O(v^n)$, v = `var` to 0, n = `order`."""
        above, term = self._above().term, self._read_next(tex)
        verdict = vanishing_order(self.notation, above - term, var, order)
        self._demand(verdict, tex, reason)
        note = rf"error $O({var if order == 1 else f'{var}^{{{order}}}'})$"
        return self._write(
            Line(r"\approx", tex, reason, "approx", False, verdict.method, note, (), label, term)
        )

    def numeric(
        self,
        tex: str,
        reason: str,
        *,
        compute: Callable[[], float],
        tolerance: float,
        rejects: Wrong,
        label: str | None = None,
    ) -> Derivation:
        """`compute()` gives the value of `tex` to a tolerance that excludes all `rejects`."""
        estimate = computed(compute, tolerance)
        return self._estimated("numeric", estimate, tex, reason, rejects, label)

    def montecarlo(
        self,
        tex: str,
        reason: str,
        *,
        sample: Sampler,
        n: int,
        seed: int,
        rejects: Wrong,
        label: str | None = None,
    ) -> Derivation:
        """The mean of `sample(rng, n)` is `tex`; four standard errors exclude all `rejects`."""
        estimate = simulated(sample, n, seed)
        return self._estimated("montecarlo", estimate, tex, reason, rejects, label)

    # ---- verbs that only declare ---------------------------------------------------------

    def define(self, name: str, why: str = "") -> Derivation:
        """Show the definition that the notation gives to `name`."""
        tex = f"{name} := {self.notation.definition(name)}"
        return self._declare(Line(":=", tex, why, "definition"))

    def assume(self, tex: str, why: str, *, label: str | None = None) -> Derivation:
        """Declare what is assumed and not decided."""
        return self._declare(Line("", tex, why, "assumption", label=label))

    def cite(self, tex: str, source: str, *, label: str | None = None) -> Derivation:
        """Declare a theorem that is used and not decided here, with its source."""
        return self._declare(Line("", tex, source, "cited", label=label))

    def rests(self, *labels: str) -> Derivation:
        """Name the decided equations that this derivation uses."""
        self.rests_on += tuple(self.ledger.checked(label).label for label in labels)
        return self

    def qed(self) -> Derivation:
        """Close the chain: its statement enters the ledger at the grade of its weakest step."""
        if self.closed or len(self.lines) < 2:
            raise DerivationError(f"{self.title!r}: qed needs an open chain of at least two lines")
        self.closed = True
        self._enter(self._entry(self.label, self.statement, self.lines[1:]))
        return self

    # ---- within --------------------------------------------------------------------------

    def _demand(self, verdict: Verdict, tex: str, reason: object) -> Verdict:
        if verdict.status == PROVED:
            return verdict
        why = str(verdict.witness) if verdict.witness else verdict.detail
        raise self._fault(f"({reason}) {verdict.status}. {why}", tex)

    def _run(self, reason: str | Rule, above: Term, term: Term, tex: str) -> bool:
        if not isinstance(reason, Rule):
            return False
        fault = reason.fault(self.notation, above, term)
        if fault:
            raise self._fault(f"is true, but not because of '{reason}': {fault}", tex)
        return True

    def _fault(self, what: str, tex: str) -> DerivationError:
        place = f"{self.title!r}, step {len(self.lines)} {what}"
        return DerivationError(f"{place}\n   from  {self.lines[-1].tex}\n   to    {tex}")

    def _refuse(
        self, wrong: Wrong | None, decide: Callable[[Term], Verdict]
    ) -> tuple[Refusal, ...]:
        refused = []
        for name, tex in (wrong or {}).items():
            verdict = decide(self.notation.read(tex))
            if verdict.status != REFUTED:
                raise self._fault(f"has a wrong variant {name!r} that is {verdict.status}", tex)
            refused.append(Refusal(name, tex, verdict.witness))
        return tuple(refused)

    def _sign(
        self, gap: str, excess: Term, nonneg: str | Lowest, at: Mapping[str, str], tex: str
    ) -> str:
        """Why the gap is not negative, in words, once that is established."""
        if isinstance(nonneg, str) and not nonneg.startswith("eq-"):
            term = self.notation.read(nonneg)
            self._demand(equal(self.notation, excess, term), nonneg, "the gap, rewritten")
            self._demand(nonnegative(self.notation, term), nonneg, "the sign of the gap")
            return f"${nonneg}$"
        try:
            if isinstance(nonneg, Lowest):
                nonneg.check(self.notation, excess)
                return str(nonneg)
            entry = self.ledger.checked(nonneg)
            check_lemma(self.notation, entry, gap, excess, at)
        except DerivationError as error:
            raise self._fault(f"needs a sign: {error}", tex) from None
        self.rests_on += (entry.label,)
        return f"{nonneg}{''.join(f' with ${name} = {place}$' for name, place in at.items())}"

    def _estimated(
        self,
        grade: str,
        estimate: Estimate,
        tex: str,
        reason: str,
        rejects: Wrong,
        label: str | None,
    ) -> Derivation:
        term = self._read_next(tex)
        number = self.notation.number(term)
        if not estimate.contains(number):
            raise self._fault(f"({reason}) is {number:.6g}, found {estimate.value:.6g}", tex)
        refused = estimate.exclude(self.notation, rejects)
        return self._write(
            Line(r"\approx", tex, reason, grade, False, estimate.method, "", refused, label, term)
        )
