"""The small extensions, each on the smallest input that shows what it does."""

import numpy as np
import pytest
from bookext import arcs, boxes, docstrings, header, notebooks, references, strip, terms
from docutils import nodes

ENTRY = {"grade": "proof", "refused": 2, "label": "eq-a", "chapter": "1"}


def quotation(*children):
    return nodes.block_quote("", nodes.paragraph("", "", *children))


# ---- boxes and header ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label, kind",
    [
        ("Guess.", "guess"),
        ("Mistake refused.", "refused"),
        ("Exercise 2.1", "exercise"),
        ("Measured.", "measured"),
        ("A word of warning.", "note"),
    ],
)
def test_a_quotation_with_a_label_is_a_box(label, kind):
    box = boxes.box(quotation(nodes.Text(""), nodes.strong("", label), nodes.Text(" Words.")))
    assert box["classes"] == ["box", f"box-{kind}"]
    assert box.next_node(nodes.strong)["classes"] == ["box-label"]


@pytest.mark.parametrize(
    "first", [nodes.Text("Words first "), nodes.strong("", "a term"), nodes.emphasis("", "Next.")]
)
def test_any_other_quotation_stays_one(first):
    assert boxes.box(quotation(first, nodes.Text(" and more."))) is None
    assert boxes.box(nodes.block_quote()) is None


def test_the_facts_leave_out_what_is_not_known():
    html = header.fact_list({"equations": 1, "refused": 0}, reading=7)
    assert "<b>7</b> min to read" in html and "<b>1</b> equation decided" in html
    assert "to run" not in html and "refused" not in html


# ---- notebooks ----------------------------------------------------------------------------------


def notebook(*bundles):
    outputs = [{"output_type": "execute_result", "data": dict(data)} for data in bundles]
    return {"cells": [{"cell_type": "code", "outputs": outputs}], "metadata": {"book": {"x": 1}}}


def test_what_only_the_ledger_reads_is_counted_and_taken_out():
    declared = {**ENTRY, "label": "eq-b", "grade": "cited", "refused": 0}
    stored = notebook(
        {"text/html": "h", "text/markdown": "m", notebooks.ENTRIES: [ENTRY, declared, ENTRY]},
        {notebooks.WIDGET: {}},
    )
    prepared = notebooks.prepare(stored)
    assert prepared["metadata"]["book"] == {"x": 1, "equations": 1, "refused": 2, "moving": 1}
    assert [list(data) for data in notebooks.bundles(prepared)] == [
        ["text/html"],
        [notebooks.WIDGET],
    ]


def test_markdown_without_html_stays():
    prepared = notebooks.prepare(notebook({"text/markdown": "m"}))
    assert [list(data) for data in notebooks.bundles(prepared)] == [["text/markdown"]]


# ---- terms --------------------------------------------------------------------------------------


def test_labels_are_no_terms():
    text = "A **prior** is bold once. **Figure 1.2.** > **Exercise 1.1** *(short).* **Guess.** ok"
    assert terms.terms_of(text) == ["prior"]


@pytest.mark.parametrize(
    "one, other", [("Priors", "prior"), ("Laplace\u2019s rule", "laplace's  rule")]
)
def test_two_spellings_of_one_term(one, other):
    assert terms.normal(one) == terms.normal(other)


def test_a_final_s_that_is_no_plural_stays():
    assert terms.normal("analysis") == "analysis"
    assert terms.normal("loss") == "loss"


# ---- ledger's picture ---------------------------------------------------------------------------


def test_an_arc_joins_each_equation_to_its_supports():
    entries = [
        {"label": "eq-a", "chapter": "1", "grade": "proof", "rests_on": []},
        {"label": "eq-b", "chapter": "1", "grade": "bound", "rests_on": ["eq-a"]},
        {"label": "eq-c", "chapter": "2", "grade": "cited", "rests_on": ["eq-a", "eq-gone"]},
    ]
    found = arcs.rows(entries)
    assert [row.label for row in found] == ["", "eq-a", "eq-b", "", "eq-c"]
    svg = arcs.picture(found)
    assert svg.count('class="lg-arc"') == 1 and svg.count("lg-across") == 1
    assert f'height="{5 * arcs.ROW}"' in svg


# ---- references ---------------------------------------------------------------------------------


def test_every_work_has_what_a_reader_needs_to_find_it():
    found = references.works()
    assert len(found) > 10
    for key, work in found.items():
        assert work.persons["author"] and {"title", "year"} <= set(work.fields), key
        assert key.endswith(work.fields["year"]), key
        assert references.source(work) or references.link(work) is not None, key


def test_names_and_places_are_written_out():
    report = references.source(references.works()["minka2005"])
    assert report == "Microsoft Research, report MSR-TR-2005-173"
    work = references.works()["kahneman1973"]
    assert references.authors(work) == "D. Kahneman and A. Tversky"
    assert references.source(work) == "Psychological Review 80(4): 237\u2013251"


# ---- docstrings ---------------------------------------------------------------------------------


def test_maths_and_code_of_a_docstring_become_restructuredtext():
    text = docstrings.rewrite(r"The `density` of $\mathrm{Beta}(a, b)$, or `a*b` and x*y.")
    assert text == r"The ``density`` of :math:`\mathrm{Beta}(a, b)`, or ``a*b`` and x\*y."


def test_a_displayed_formula_and_an_example_stand_apart():
    text = docstrings.rewrite("One.\n\n$$a\n = b$$\n\nTry\n\n    f(2 * x)\n\n    g()\n\nEnd.")
    assert ".. math:: a = b" in text
    assert text.count(".. code-block:: python") == 1
    assert "    f(2 * x)\n\n    g()" in text


# ---- the strip ----------------------------------------------------------------------------------


def test_the_schedule_runs_from_the_drawing_to_noise():
    levels = strip.alpha_bar(np.arange(strip.T + 1))
    assert levels[0] == 1 and levels[-1] == pytest.approx(0, abs=1e-12)
    assert (np.diff(levels) < 0).all()
    # with the square: 0.494 half way, and not 0.703
    assert strip.alpha_bar(strip.T // 2) == pytest.approx(0.4938, abs=2e-4)


def test_a_panel_has_the_mean_and_the_variance_of_the_formula():
    rng, x_0 = np.random.default_rng(0), np.full((400, 400, 3), 0.5)
    drawn = strip.q_sample(x_0, 700, rng.standard_normal(x_0.shape))
    kept = strip.alpha_bar(700)
    assert drawn.mean() == pytest.approx(0.5 * np.sqrt(kept), abs=0.01)
    assert drawn.var() == pytest.approx(1 - kept, abs=0.01)


def test_the_last_still_is_the_drawing():
    row = np.asarray(strip.stills())
    assert row.shape == (strip.SIZE, len(strip.LEVELS) * (strip.SIZE + 3) - 3, 4)
    assert (row[:, -strip.SIZE :, :3] == strip.pixels(strip.drawing())).all()
    assert len({tuple(colour) for colour in row[:, : strip.SIZE, :3].reshape(-1, 3)}) > 500


def test_the_picture_is_the_same_at_every_build():
    assert strip.png(strip.stills()) == strip.png(strip.stills())
