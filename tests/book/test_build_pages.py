"""The built book: it builds without a warning (or the fixture fails), every link leads somewhere,
what is computed agrees with the ledger, and nothing is fetched from elsewhere."""

import json
import re
from html import unescape
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from bookext.places import LEDGER, LIBRARY, ROOT
from bookext.terms import normal, terms_of

CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
LEDGER_ENTRIES = json.loads(LEDGER.read_text(encoding="utf-8"))
DECLARED = {"assumption", "cited", "definition"}


def cells(path, kind):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def numbers(soup):
    """The numbers of a page's equations, in the order of the page."""
    shown = [tag.get_text() for tag in soup.select("span.eqno, span.dv-number")]
    return [re.sub(r"[^\d.]", "", text) for text in shown]


def test_the_front_door_leads_to_the_front_page(built_book, page):
    door = page("index")
    assert door.select_one("meta[http-equiv=refresh]")["content"] == "0; url=book/intro.html"
    assert door.select_one("main a")["href"] == "book/intro.html"
    assert (built_book / "book" / "intro.html").is_file()


def test_every_page_names_an_icon_that_is_there(built_book, page):
    """Otherwise a browser asks the server for /favicon.ico."""
    lost = []
    for file in sorted({*built_book.glob("**/*.html")} - {*built_book.glob("_static/**/*")}):
        name = file.relative_to(built_book).with_suffix("").as_posix()
        icon = page(name).select_one("link[rel~=icon]")
        inside = icon and icon["href"].startswith("data:image/")
        if not icon or not (inside or (file.parent / icon["href"]).is_file()):
            lost.append(name)
    assert lost == []


def test_every_link_inside_the_book_leads_to_a_place(built_book, pages):
    lost = []
    for name, soup in pages.items():
        for link in soup.select("main a[href]"):
            address, anchor = urldefrag(link["href"])
            if urlsplit(address).scheme:
                continue
            target = (built_book / name).parent / unquote(address) if address else built_book / name
            target = target.resolve()
            if not target.is_file():
                lost.append(f"{name}: {link['href']}")
            elif anchor and target.suffix == ".html":
                key = target.relative_to(built_book.resolve()).as_posix()
                if key in pages and not pages[key].find(id=unquote(anchor)):
                    lost.append(f"{name}: {link['href']}")
    assert lost == []


def test_no_page_names_another_host_for_what_it_needs(pages):
    needed = "script[src], link[rel=stylesheet], link[rel=preload], img[src], iframe, source"
    for name, soup in pages.items():
        for tag in soup.select(needed):
            address = tag.get("src") or tag.get("href") or ""
            assert not address.startswith(("http:", "https:", "//")), f"{name}: {address}"
        assert "thebe" not in str(soup.head).lower(), name


def test_the_role_colours_are_the_librarys_and_come_first(built_book, page):
    served = built_book / "_static" / "roles.css"
    assert served.read_bytes() == (LIBRARY / "roles.css").read_bytes()
    sheets = [
        tag["href"].split("?")[0] for tag in page("book/intro").select("link[rel=stylesheet]")
    ]
    own = [sheet.rsplit("/", 1)[1] for sheet in sheets if "/css/" in sheet or "roles" in sheet]
    assert own[:3] == ["roles.css", "fonts.css", "tokens.css"] and own[-1] == "print.css"


def test_no_style_sheet_of_the_book_repeats_a_colour():
    for sheet in (ROOT / "book" / "_static" / "css").glob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
        assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) <= {"#fff"}, sheet.name


# ---- chapters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_equations_are_numbered_by_chapter_without_a_gap(path, page):
    chapter = int(path.stem[:2])
    found = list(dict.fromkeys(filter(None, numbers(page(f"notebooks/{path.stem}")))))
    seconds = sorted(int(number.split(".")[1]) for number in found)
    assert {number.split(".")[0] for number in found} == {str(chapter)}
    assert seconds == list(range(1, len(seconds) + 1))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_tex_of_every_derivation_reaches_the_page_whole(path, built_book):
    html = unescape((built_book / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8"))
    count = 0
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            stored = "".join(output.get("data", {}).get("text/html", ""))
            if 'class="dv ' in stored or 'class="sp ' in stored:
                for tex in re.findall(r"\\\(.*?\\\)", unescape(stored), re.S):
                    assert tex in html
                    count += 1
    assert count > 0


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_plain_markdown_has_its_form(path, page):
    soup = page(f"notebooks/{path.stem}")
    assert len(soup.select("p.ch-question")) == 1
    assert "equations decided" in soup.select_one("ul.ch-facts").get_text()
    source = "".join("".join(cell["source"]) + "\n\n" for cell in cells(path, "markdown"))
    for words, kind in [("Guess.", "guess"), ("Mistake refused.", "refused"), ("Next.", "next")]:
        assert len(soup.select(f"div.box-{kind}")) == source.count(f"> **{words}**")
    captions = re.findall(r"^\*\*Figure \d+\.\d+\.\*\*", source, re.M)
    assert len(soup.select("p.figcap")) == len(captions)
    assert not soup.select("div.admonition.error, .problematic, .system-message")


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_header_counts_what_the_notebook_stores(path, page):
    own = [entry for entry in LEDGER_ENTRIES if int(entry["chapter"]) == int(path.stem[:2])]
    decided = sum(entry["grade"] not in DECLARED for entry in own)
    facts = page(f"notebooks/{path.stem}").select_one("ul.ch-facts").get_text()
    assert f"{decided} equations decided" in facts


# ---- pages around them --------------------------------------------------------------------------


def test_the_ledger_page_holds_every_equation_once(page):
    rows = page("book/ledger").select("tr[id^=ledger-]")
    assert sorted(row["id"] for row in rows) == sorted(
        f"ledger-{e['label']}" for e in LEDGER_ENTRIES
    )


def test_the_ledger_page_shows_the_ledgers_tex_and_links_what_a_chapter_shows(page, pages):
    soup = page("book/ledger")
    for entry in LEDGER_ENTRIES:
        row = soup.find(id=f"ledger-{entry['label']}")
        assert entry["tex"] in row.select_one(".lg-tex").get_text()
        shown = any(
            other.find(attrs={"id": f"equation-{entry['label']}"}) for other in pages.values()
        )
        assert bool(row.td.find("a")) == shown, entry["label"]


def test_the_ledgers_totals_are_sums(page):
    totals = {
        row.dt.get_text(): int(row.dd.get_text())
        for row in page("book/ledger").select(".lg-totals > div")
    }
    checked = [entry for entry in LEDGER_ENTRIES if entry["grade"] not in DECLARED]
    assert totals["equations decided"] == len(checked)
    assert totals["wrong variants refused"] == sum(e["refused"] for e in LEDGER_ENTRIES)
    assert totals["steps"] == sum(len(e["because"]) for e in checked)


def test_the_picture_has_an_arc_for_every_support(page):
    soup = page("book/ledger")
    labels = {entry["label"] for entry in LEDGER_ENTRIES}
    wanted = sum(len(labels & set(entry["rests_on"])) for entry in LEDGER_ENTRIES)
    assert len(soup.select(".lg-picture .lg-arc")) == wanted
    assert len(soup.select(".lg-picture .lg-mark")) == len(labels)


def test_the_front_page_lists_fifteen_chapters_and_links_the_written_ones(page):
    thread = page("book/intro").select("ol.thread > li")
    assert len(thread) == 15
    linked = [item.a["href"] for item in thread if item.a]
    assert linked == [f"../notebooks/{path.stem}.html" for path in CHAPTERS]
    for item, path in zip(thread, CHAPTERS, strict=False):
        title = "".join(cells(path, "markdown")[0]["source"]).splitlines()[0].removeprefix("# ")
        assert item.a.get_text().replace("\u2019", "'") == title


def test_the_front_pages_figures_are_counted(page):
    shown = [int(tag.get_text()) for tag in page("book/intro").select(".promise-figure")]
    decided = sum(entry["grade"] not in DECLARED for entry in LEDGER_ENTRIES)
    refused = sum(entry["refused"] for entry in LEDGER_ENTRIES)
    views = sum(
        "application/vnd.jupyter.widget-view+json" in output.get("data", {})
        for path in CHAPTERS
        for cell in cells(path, "code")
        for output in cell["outputs"]
    )
    assert shown == [decided, refused, views, len(CHAPTERS)]


def glossary():
    """The glossary's entries in normal form."""
    source = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    return [normal(term) for term in re.findall(r"^(\S.*)\n: ", source, re.M)]


def bold():
    """The chapters' bold terms in normal form, with where they stand."""
    return {
        normal(term): path.stem
        for path in CHAPTERS
        for cell in cells(path, "markdown")
        for term in terms_of("".join(cell["source"]))
    }


def test_every_bold_term_has_an_entry_and_every_entry_a_bold_term():
    entries = glossary()
    assert len(entries) == len(set(entries))
    assert entries == sorted(entries), "the glossary is in the order of the alphabet"
    missing = {term: where for term, where in bold().items() if term not in entries}
    assert missing == {}, "bold in a chapter, not in book/glossary.md"
    assert sorted(set(entries) - set(bold())) == [], "in the glossary, bold in no chapter"


def test_every_entry_of_the_glossary_links_back(page):
    soup = page("book/glossary")
    assert len(soup.select("dd a.term-place")) == len(glossary())


def test_every_mistake_names_a_place_that_refused_it():
    refused = {entry["label"]: entry["refused"] for entry in LEDGER_ENTRIES}
    source = (ROOT / "book" / "mistakes.md").read_text(encoding="utf-8")
    rows = [row for row in source.splitlines() if row.startswith("| ") and "wrong" not in row]
    assert rows
    for row in rows:
        address = re.search(r"\]\(([^)]+)\) \|$", row)[1]
        if address.startswith("#"):
            assert refused.get(address[1:], 0) > 0, row
        else:
            assert re.fullmatch(r"\.\./notebooks/\w+\.ipynb#[\w-]+", address), row


def test_a_link_to_an_equation_keeps_its_words_and_gains_its_number(page):
    links = [
        link.get_text().replace("\u2019", "'")
        for link in page("notebooks/01_bayes").select("a[href*=equation-eq-bayes]")
    ]
    assert any(re.fullmatch(r"Bayes' rule\u00a0\(1\.\d+\)", text) for text in links)
