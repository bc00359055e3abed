"""The static HTML and the Markdown of a derivation, on stand-ins that carry the same attributes."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from diffusion_derived.derivation.grades import ORDER
from diffusion_derived.derivation.page.html import derivation_html
from diffusion_derived.derivation.page.markdown import derivation_markdown
from diffusion_derived.derivation.page.marks import mark
from diffusion_derived.derivation.page.pieces import distance, prose, scope_html, witness_html
from diffusion_derived.derivation.page.spot import SpotTheError
from diffusion_derived.derivation.verdict import Witness

WITNESS = Witness(((r"\theta", "50/97"),), "123456789/987654321")


def line(tex, relation="=", because="for a reason", grade="proof", **more):
    given = dict(ran=False, method="", note="", refused=(), label=None)
    return SimpleNamespace(
        tex=tex, relation=relation, because=because, grade=grade, **{**given, **more}
    )


def refusal(name, tex, witness=WITNESS):
    return SimpleNamespace(name=name, tex=tex, witness=witness)


def derivation(**changed):
    lines = (
        line(r"p(\theta\mid D)", "", "", "definition"),
        line(r"\frac{a<b}{b & c}", because="Bayes, with $a<b$", ran=True, label="eq-middle"),
        line(
            r"1320\,\theta^7",
            refused=(refusal("one tenth", r"1200\,\theta^7"), refusal("no $x$", r"7\,\theta^7")),
        ),
    )
    given = dict(
        title="The posterior of $\\theta$",
        label="eq-coin-posterior",
        lines=lines,
        notes=(line(r"\int f = 1", "", "Euler", "cited", label="eq-euler"),),
        scope="all values",
        grade="proof",
        rests_on=("eq-euler", "eq-bayes"),
    )
    return SimpleNamespace(**{**given, **changed})


@pytest.mark.parametrize(
    ("grade", "scope", "words"),
    [
        ("proof", "all values", "Proved for all values"),
        ("family", "K = 2, 3", "Exact on a family for K = 2, 3"),
        ("approx", "all values", "Order of the error proved for all values"),
        ("numeric", "all values", "Computed"),
        ("montecarlo", "all values", "Simulated"),
    ],
)
def test_the_badge_reads_as_a_sentence(grade, scope, words):
    said = derivation(grade=grade, scope=scope, notes=(), rests_on=())
    badge = re.search(r'dv-badge">(.*?)</p>', derivation_html(said))[1]
    assert re.sub(r"<svg.*?</svg>|<[^>]*>", "", badge).replace("&#160;", " ").strip() == words
    assert f"{words}." in derivation_markdown(said)


class Page(HTMLParser):
    """The text, the ids and the nesting of some HTML."""

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.words = [], [], [], [], ""
        self.feed(html)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        self.open.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


def test_the_html_is_well_formed_and_its_tex_survives_escaping():
    page = Page(derivation_html(derivation()))
    assert r"\(\displaystyle {}= \frac{a<b}{b & c}\)" in page.words
    assert r"Bayes, with \(a<b\)" in page.words
    assert "script" not in page.tags and "style" not in page.tags


def test_ids_are_labels_and_unique():
    ids = Page(derivation_html(derivation())).ids
    assert {"eq-coin-posterior", "eq-middle", "eq-euler", "eq-coin-posterior-line-2"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_every_label_has_one_slot_for_the_books_number():
    slots = re.findall(r'class="dv-number" data-label="([^"]+)"', derivation_html(derivation()))
    assert slots == ["eq-coin-posterior", "eq-middle", "eq-euler"]


def test_a_short_first_expression_shares_the_row_of_the_next_line():
    assert derivation_html(derivation()).count('class="dv-line') == 2


@pytest.mark.parametrize("first", [line("x", "", "by hypothesis"), line("x + " * 9 + "x", "", "")])
def test_a_first_expression_that_is_long_or_explained_has_its_own_row(first):
    shown = derivation(lines=(first, *derivation().lines[1:]))
    assert derivation_html(shown).count('class="dv-line') == 3


def test_a_word_in_place_of_a_relation_is_set_as_a_word():
    lines = (line("x", "", ""), line("y = z", "base"))
    assert '<span class="dv-word">base</span>' in derivation_html(derivation(lines=lines))
    assert r"\text{base}\quad & y = z" in derivation_markdown(derivation(lines=lines))


def test_refused_variants_stand_with_their_counterexample():
    page = Page(derivation_html(derivation()))
    assert "Refused: one tenth" in page.words
    assert r"\ne 1200\,\theta^7" in page.words
    assert r"at \(\theta = 50/97\) the two sides differ by 0.125" in page.words


def test_what_it_rests_on_is_named_once_and_earlier_equations_are_linked():
    page = Page(derivation_html(derivation()))
    assert page.links == ["#eq-bayes"]
    assert r"\int f = 1" in page.words and "Euler" in page.words
    assert "given 1 statement not decided here" in page.words


def test_a_reason_that_was_run_says_so_in_words_and_in_the_legend():
    assert Page(derivation_html(derivation())).words.count("rule run") == 2
    plain = derivation(lines=derivation().lines[::2])
    assert "rule run" not in derivation_html(plain)


@pytest.mark.parametrize("grade", ORDER)
def test_every_grade_has_a_mark_a_word_and_a_place_in_the_legend(grade):
    shown = derivation_html(derivation(lines=(line("x", ""), line("y", grade=grade)), grade=grade))
    assert shown.count(mark(grade)) >= 3
    Page(shown)


def test_an_unknown_grade_is_named():
    with pytest.raises(ValueError, match="grade: expected one of .* got 'sure'"):
        mark("sure")


def test_the_html_holds_nothing_that_changes_between_runs():
    assert derivation_html(derivation()) == derivation_html(derivation())
    assert not re.search(r"0x[0-9a-f]{6}|seconds", derivation_html(derivation()))


def test_a_number_check_has_no_point_but_says_what_excluded_it():
    assert "interval" in witness_html(None)
    assert witness_html(Witness((), "0.2")) == "The two sides differ by 0.2."


def test_a_long_point_is_cut_and_counted():
    point = tuple((f"p_{n}", "1/3") for n in range(9))
    assert "and 3 more values" in witness_html(Witness(point, "1"))


@pytest.mark.parametrize(
    "difference, shown",
    [("3/7", "3/7"), ("-3/7", "3/7"), ("1000000001/3000000000", "0.333"), ("by sign", "by sign")],
)
def test_a_distance_has_no_sign_and_few_figures(difference, shown):
    assert distance(Witness((), difference)) == shown


def test_labels_in_words_become_links():
    assert prose("by eq-gibbs, here") == 'by <a class="dv-ref" href="#eq-gibbs">eq-gibbs</a>, here'


def test_sizes_of_tables_are_set_as_maths():
    assert scope_html("all tables |s|=2, |x_{1:n}|=2, 3, and more") == (
        r"all tables \(|s|=2,\) \(|x_{1:n}|=2, 3,\) and more"
    )
    assert scope_html("all tables $|x|=2$") == r"all tables \(|x|=2\)"


# ---- spot the error -----------------------------------------------------------------------------


def test_spot_the_error_has_exactly_one_true_line_and_a_verdict_behind_each():
    html = SpotTheError(derivation())._repr_mimebundle_()["text/html"]
    page = Page(html)
    assert page.tags.count("details") == 3
    assert html.count('data-verdict="true"') == 1 and html.count('data-verdict="refused"') == 2
    assert "Only one of these 3 lines is true" in page.words


def test_the_order_is_shuffled_by_the_label_and_never_by_chance():
    orders = set()
    for number in range(20):
        spot = SpotTheError(derivation(label=f"eq-{number}"))
        again = SpotTheError(derivation(label=f"eq-{number}"))
        assert repr(spot) == repr(again)
        orders.add(spot.choices.index(spot.true))
    assert orders == {0, 1, 2}


def test_two_lines_are_asked_about_as_two():
    lines = (line("x", ""), line("y", refused=(refusal("slip", "z"),)))
    assert SpotTheError(derivation(lines=lines)).question == "Which of these two lines is wrong?"


@pytest.mark.parametrize("number", [0, 1, 3, -1])
def test_a_line_without_refused_variants_cannot_be_asked_about(number):
    with pytest.raises(ValueError, match=r"line: expected .* one of \[2\], got"):
        SpotTheError(derivation(), number)


# ---- Markdown -----------------------------------------------------------------------------------


def test_the_markdown_holds_the_same_tex_in_one_aligned_display():
    text = derivation_markdown(derivation())
    display = re.search(r"\$\$\n\\begin\{aligned\}\n(.*)\n\\end\{aligned\}\n\$\$", text, re.S)
    assert display
    rows = display[1].split(" \\\\\n")
    assert len(rows) == 3
    assert rows[1] == r"&= \frac{a<b}{b & c} &&\text{(1)}"


def test_the_markdown_says_grades_refusals_and_supports():
    text = derivation_markdown(derivation())
    assert "1. Proved, rule run: Bayes, with $a<b$." in text
    assert r"   - $\ne 1200\,\theta^7$ Refused: one tenth. Counterexample: at $\theta" in text
    assert "- cited: $\\int f = 1$ Euler" in text and "- decided before: `eq-bayes`" in text


def test_spot_the_error_folds_its_answers_in_markdown():
    text = SpotTheError(derivation())._repr_mimebundle_()["text/markdown"]
    question, answers = text.split("<details>")
    assert "Refused" not in question and answers.count("Refused") == 2 and "True: " in answers
