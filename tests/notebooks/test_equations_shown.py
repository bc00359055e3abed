"""The committed ledger is what the chapters hold, and the pages say what the ledger says."""

import json

import pytest

from collect_ledger import LEDGER, LedgerError, as_text, collect, load
from displays import displays, inline_claims, is_claim, same
from nbfiles import ENTRY, chapters, read, write
from sync_equations import check_file, pages

TEX = r"p(z\mid x) = \frac{p(x\mid z)\,p(z)}{p(x)}"


def test_the_committed_ledger_is_what_the_chapters_hold():
    assert LEDGER.exists() or not chapters(), "run tools/collect_ledger.py"
    if LEDGER.exists():
        assert LEDGER.read_text(encoding="utf-8") == as_text(collect(chapters()))


@pytest.mark.parametrize("path", pages(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_page_agrees_with_the_ledger(path):
    assert [str(fault) for fault in check_file(path, load())] == []


def test_a_label_that_is_shown_twice_is_collected_once(stored, bayes):
    assert collect([stored("01_coin.ipynb"), stored("02_die.ipynb")]) == [bayes]


def test_two_equations_with_one_label_are_refused(stored, notebook):
    first = stored("01_coin.ipynb")
    notebook.cells[2].outputs[0].data[ENTRY][0]["tex"] = "x = x + 0"
    with pytest.raises(LedgerError) as error:
        collect([first, stored("02_die.ipynb")])
    message = str(error.value)
    assert "label 'eq-bayes' names two equations" in message
    assert "01_coin.ipynb cell coin-derivation: " + TEX in message
    assert "02_die.ipynb cell coin-derivation: x = x + 0" in message


@pytest.mark.parametrize("field", ["label", "tex", "grade", "title", "chapter"])
def test_an_entry_that_lacks_a_field_is_refused(stored, notebook, field):
    del notebook.cells[2].outputs[0].data[ENTRY][0][field]
    with pytest.raises(LedgerError, match=f"01_coin.ipynb cell coin-derivation: .* lacks {field}"):
        collect([stored()])


def test_an_equation_that_rests_on_nothing_known_is_refused(stored, notebook):
    notebook.cells[2].outputs[0].data[ENTRY][0]["rests_on"] = ["eq-nowhere"]
    with pytest.raises(LedgerError, match="'eq-bayes' rests on eq-nowhere, which no chapter"):
        collect([stored()])


def test_the_ledger_file_reads_back(stored, bayes, tmp_path):
    path = tmp_path / "ledger.json"
    path.write_text(as_text(collect([stored()])), encoding="utf-8")
    assert load(path) == {"eq-bayes": bayes}
    assert json.loads(path.read_text(encoding="utf-8")) == [bayes]
    assert load(tmp_path / "absent.json") == {}


@pytest.fixture
def ledger(bayes):
    return {"eq-bayes": bayes}


@pytest.fixture
def page(tmp_path):
    """A page of the book with some text."""

    def make(text):
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        return path

    return make


def test_a_display_that_says_the_same_has_no_fault(stored, ledger):
    assert check_file(stored(), ledger) == []


FAULTS = {
    f"$$ {TEX} $$": "displayed equation without a label",
    f"$$ {TEX} $$ (eq-other)": "eq-other is not in the ledger",
    "$$ p(z\\mid x) = p(x\\mid z) $$ (eq-bayes)": "eq-bayes differs from the ledger",
    f"<!-- eq-other -->\n$$ {TEX} $$": "eq-other is not in the ledger",
    "```{note}\n$$ x = 2 $$\n```": "displayed equation without a label",
    "```{math}\nx = 2\n```": "displayed equation that begins with ```{math}",
    ":::{math}\nx = 2\n:::": "displayed equation that begins with :::{math}",
    "\\begin{align}\nx = 2\n\\end{align}": "displayed equation that begins with \\begin{align}",
    "\\[ x = 2 \\]": "displayed equation that begins with \\[",
    f"Since ${TEX}$.": "inline formula that states more than an assignment",
    "So $a + b = b + a = c$.": "inline formula that states more than an assignment",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_planted_fault_on_a_page_is_found(page, ledger, text):
    faults = [str(fault) for fault in check_file(page(text), ledger)]
    assert len(faults) == 1
    assert faults[0].startswith(f"page.md: {FAULTS[text]}")


def test_a_planted_fault_in_a_notebook_names_the_cell_and_both_formulas(stored, notebook, ledger):
    cell = next(c for c in notebook.cells if c.id == "coin-bayes")
    cell.source = cell.source.replace("p(z)}", "p(x)}")
    (fault,) = check_file(stored(), ledger)
    assert str(fault) == (
        "01_coin.ipynb cell coin-bayes: eq-bayes differs from the ledger\n"
        r"  page:   p(z\mid x) = \frac{p(x\mid z)\,p(x)}{p(x)}." + "\n"
        r"  ledger: p(z\mid x) = \frac{p(x\mid z)\,p(z)}{p(x)}"
    )


HARMLESS = (
    f"$$\n{TEX},\n$$ (eq-bayes)",
    f"<!-- eq-bayes -->\n$$ {TEX} $$",
    r"$$ p\left(z\mid x\right) &= \dfrac{p(x\mid z)p(z)}{p(x)} $$ (eq-bayes)",
    "```python\n$$ x $$\n```",
    "Write `$$ x $$` or ``$a + 1 = b + 1 = c$``.",
    r"It costs \$5, then \$6 = \$5 + \$1 + nothing else.",
    r"Here $\theta = 0.7$, $n \ge 1$, $x \in \{0, 1\}$, $p(H\mid x) = \tfrac{2}{3}$.",
    r"Take $\theta \sim \mathrm{Beta}(3, 5)$ and $\bar\alpha_t = \prod_{s=1}^t \alpha_s$.",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_has_no_fault(page, ledger, text):
    assert check_file(page(text), ledger) == []


def test_an_exercise_may_show_its_own_derivations_and_a_gap(tmp_path, notebook, bayes):
    gap = r"$$ p(z \mid x) = \dots $$"
    next(c for c in notebook.cells if c.id == "coin-title").source += f"\n\n{gap}"
    (tmp_path / "exercises").mkdir()
    for folder, expected in (("exercises", 0), (".", 2)):
        path = tmp_path / folder / "01_coin.ipynb"
        write(path, notebook)
        assert len(check_file(path, {})) == expected
        assert len(check_file(path, {"eq-bayes": bayes})) == expected // 2


def test_repair_puts_the_ledger_on_the_page_and_leaves_the_rest(page, ledger):
    text = "A.\n\n$$\nx = 1.\n$$ (eq-bayes)\n\nB.\n\n<!-- eq-bayes -->\n$$ y $$\n\n$$ z $$\n"
    path = page(text)
    (left,) = check_file(path, ledger, repair=True)
    assert "without a label" in str(left)
    assert path.read_text(encoding="utf-8") == (
        f"A.\n\n$$\n{TEX}.\n$$ (eq-bayes)\n\nB.\n\n<!-- eq-bayes -->\n$$\n{TEX}\n$$\n\n$$ z $$\n"
    )


def test_repair_in_a_notebook_touches_the_drifted_cell_alone(stored, notebook, ledger):
    sound = stored("01_coin.ipynb").read_bytes()
    cell = next(c for c in notebook.cells if c.id == "coin-bayes")
    cell.source = cell.source.replace("p(z)}", "p(x)}")
    path = stored("01_coin.ipynb")
    assert check_file(path, ledger, repair=True) == []
    assert path.read_bytes() == sound


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("x^{2}", "x^2", True),
        ("x_{10}", "x_10", False),
        (r"\left.f\right|_0", "f|_0", True),
        (r"\begin{aligned} a &= b \\[2pt] &= c \end{aligned}", "a = b = c", True),
        (r"\begin{pmatrix} a & b \end{pmatrix}", r"\begin{pmatrix} a b \end{pmatrix}", False),
        (r"\bigl(a\bigr)", "(a)", True),
        ("a = b", "a = -b", False),
        (r"\alpha x", r"\alphax", False),
        ("a = b.", "a = b", True),
        (r"a \le b", r"a \leq b", True),
        (r"a \le b", r"a \ge b", False),
    ],
)
def test_formulas_are_the_same_up_to_what_moves_them(one, other, equal):
    assert same(one, other) == equal


@pytest.mark.parametrize(
    ("tex", "claim"),
    [
        (r"\theta", False),
        (r"\theta = 0.725", False),
        (r"\operatorname{Var}[\theta] = \tfrac{1}{12}", False),
        (r"x \sim \mathcal N(0, 1)", False),
        (r"p(7 \mid \theta) = \binom{10}{7} \theta^7 (1 - \theta)^3", True),
        (r"p(x \mid z) p(z) = p(z \mid x) p(x)", True),
        (r"0.1 \le b \le 1 - c", True),
        ("a = b = 1", False),
        (r"\sum_{k=0}^n x_k", False),
    ],
)
def test_a_claim_is_longer_than_an_assignment(tex, claim):
    assert is_claim(tex) == claim
    assert inline_claims(f"So ${tex}$.") == ([tex] if claim else [])


def test_displays_say_where_they_stand():
    text = f"Before\n\n$$\n{TEX}\n$$ (eq-bayes)\n\nafter"
    (display,) = displays(text)
    assert text[display.start : display.end] == f"$$\n{TEX}\n$$ (eq-bayes)"


def test_a_notebook_that_is_read_and_written_does_not_change(stored):
    path = stored()
    assert not write(path, read(path))
