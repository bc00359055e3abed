"""What `book.js` adds, moved by keyboard; and that nothing is lost without it."""

import pytest
from bookext import strip
from playwright.sync_api import expect


@pytest.fixture
def open_page(browser, built_book):
    """`open_page("book/intro", **options)`: a page of the book, in a context of its own."""
    contexts = []

    def opened(name, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto((built_book / f"{name}.html").as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def test_a_derivation_is_stepped_through_by_keyboard(open_page):
    page = open_page("notebooks/01_bayes")
    derivation = page.locator("#eq-bayes")
    lines, now = derivation.locator(".dv-line"), derivation.locator(".is-now")
    start = derivation.get_by_role("button", name="Step through")
    spoken = derivation.locator("[aria-live]")
    start.focus()
    page.keyboard.press("Enter")
    expect(spoken).to_have_text(f"Line 1 of {lines.count()}")
    expect(lines.last).to_be_hidden()
    page.keyboard.press("End")
    expect(lines.last).to_be_visible()
    expect(spoken).to_have_text(f"Line {lines.count()} of {lines.count()}")
    page.keyboard.press("ArrowLeft")
    expect(now).to_have_count(1)
    page.keyboard.press("Home")
    expect(spoken).to_have_text(f"Line 1 of {lines.count()}")
    page.keyboard.press("ArrowRight")
    expect(spoken).to_have_text(f"Line 2 of {lines.count()}")
    page.keyboard.press("Escape")
    expect(now).to_have_count(0)
    expect(lines.last).to_be_visible()
    expect(start).to_be_focused()


def test_the_focus_is_never_lost_on_a_button_that_cannot_be_pressed(open_page):
    page = open_page("notebooks/01_bayes")
    derivation = page.locator("#eq-bayes")
    derivation.get_by_role("button", name="Step through").click()
    for _ in range(derivation.locator(".dv-line").count() - 1):
        derivation.get_by_role("button", name="Next line").click()
    expect(derivation.get_by_role("button", name="Next line")).to_be_disabled()
    expect(derivation.get_by_role("button", name="Show all")).to_be_focused()


def test_later_lines_keep_their_place(open_page):
    page = open_page("notebooks/01_bayes")
    derivation = page.locator("#eq-bayes")
    page.evaluate("MathJax.startup.promise")
    before = derivation.bounding_box()["height"]
    derivation.get_by_role("button", name="Step through").click()
    assert derivation.bounding_box()["height"] == pytest.approx(before, abs=1)


def test_without_scripts_every_line_and_every_answer_can_be_read(open_page):
    page = open_page("notebooks/01_bayes", java_script_enabled=False)
    for line in page.locator("#eq-bayes .dv-line").all():
        expect(line).to_be_visible()
    expect(page.get_by_role("button", name="Step through")).to_have_count(0)
    refused = page.locator("#eq-bayes .dv-not").first
    refused.locator("summary").click()
    expect(refused.locator(".dv-witness")).to_be_visible()
    choice = page.locator(".sp-line").first
    choice.locator("summary").click()
    expect(choice.locator("p")).to_be_visible()


def test_the_strip_follows_its_slider(open_page):
    page = open_page("book/intro", reduced_motion="reduce")
    slider = page.locator(".strip-slider input")
    panels = "[...document.querySelectorAll('.strip-row canvas')].map(c => c.toDataURL())"
    still = page.evaluate(panels)
    assert len(set(still)) == 8
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator(".strip-slider output")).to_have_text("1000")
    assert len(set(page.evaluate(panels))) == 1
    page.keyboard.press("Home")
    assert page.evaluate(panels) == still


def test_the_strip_shows_what_the_formula_says(open_page):
    page = open_page("book/intro", reduced_motion="reduce")
    bytes_of = """n => { const c = document.querySelectorAll('.strip-row canvas')[n];
      return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data] }"""
    for place, t in enumerate(strip.LEVELS):
        shown = page.evaluate(bytes_of, place)
        wanted = strip.pixels(strip.q_sample(strip.drawing(), t, strip.noise()))
        difference = [
            abs(int(value) - shown[4 * (at // 3) + at % 3])
            for at, value in enumerate(wanted.ravel())
        ]
        # the page has the noise in steps of 1/32, cut at four standard deviations
        assert max(difference) <= 3


def test_who_wants_no_motion_gets_none_and_others_five_seconds(open_page):
    quiet = open_page("book/intro", reduced_motion="reduce")
    expect(quiet.locator(".strip-slider output")).to_have_text("0")
    moving = open_page("book/intro", reduced_motion="no-preference")
    expect(moving.locator(".strip-slider output")).not_to_have_text("0")
    expect(moving.locator(".strip-slider output")).to_have_text("0", timeout=10_000)


def test_paper_unfolds_what_the_screen_folds(open_page):
    page = open_page("notebooks/01_bayes")
    folded = ".dv-not:not([open]), details.answer:not([open]), .sp-line:not([open])"
    before = page.locator(folded).count()
    assert before > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(folded).count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(folded).count() == before


def test_the_ledgers_arcs_light_up_under_the_focus(open_page):
    page = open_page("book/ledger")
    number = page.locator(".lg-arc").first.get_attribute("data-ends").split()[0]
    page.locator(f".lg-drawn [data-row='{number}'] a").first.focus()
    assert page.locator(".lg-arc.is-traced").count() > 0
    page.locator(".lg-table a").first.focus()
    assert page.locator(".lg-arc.is-traced").count() == 0


@pytest.mark.parametrize("width", [1440, 1280, 390])
@pytest.mark.parametrize("name", ["book/intro", "notebooks/02_beta_coin", "book/ledger"])
def test_no_page_is_wider_than_its_window(open_page, name, width):
    page = open_page(name, viewport={"width": width, "height": 900})
    page.evaluate("window.MathJax?.startup?.promise")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
