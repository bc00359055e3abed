"""Exercises as pages: the statement open, one solution and the checks folded.

An exercise notebook is a master, from which assignments are built as well. Here its text becomes
the page before it is parsed, and the file that the page offers for download becomes the notebook
to fill in. Its heading takes no number of its own: its exercises carry the chapter's. A link to a
notebook that is no page becomes a download.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from .places import ROOT

sys.path.append(str(ROOT / "tools"))

from forms import handout, page  # noqa: E402
from masters import read_master  # noqa: E402


def on_source_read(app, docname: str, source: list[str]) -> None:
    """Rewrite a master's text before it is parsed; other pages are left alone."""
    if is_exercises(docname):
        master = read_master(Path(app.env.doc2path(docname)))
        notebook = page(nbformat.reads(source[0], as_version=4), master)
        source[0] = nbformat.writes(notebook)


def drop_numbers(app, env) -> list[str]:
    """Take back the numbers that the contents gave to pages of exercises."""
    for docname in filter(is_exercises, env.found_docs):
        env.toc_secnumbers.pop(docname, None)
        for node in (env.titles[docname], *env.tocs[docname].findall(nodes.reference)):
            node.attributes.pop("secnumber", None)
    return []


def is_exercises(docname: str) -> bool:
    """Whether a page is a chapter's exercises."""
    return docname.startswith("notebooks/exercises/")


def offer_handouts(app, exception: Exception | None) -> None:
    """Put the notebook to fill in where the page's download button finds the source."""
    if exception is not None or app.builder.format != "html":
        return
    for docname in filter(is_exercises, app.env.found_docs):
        copied = Path(app.outdir, "_sources", f"{docname}.ipynb")
        if copied.is_file():
            source = Path(app.env.doc2path(docname))
            given = handout(nbformat.read(source, as_version=4), read_master(source))
            nbformat.write(given, copied)


class NotebookDownloads(SphinxTransform):
    """A link to a notebook outside the contents becomes a download."""

    default_priority = 800  # before Sphinx collects what is to be copied

    def apply(self, **kwargs) -> None:
        for link in list(self.document.findall(addnodes.pending_xref)):
            if link["reftype"] != "myst" or link["refdomain"] != "doc":
                continue
            file = f"{link['reftarget']}.ipynb"
            is_page = link["reftarget"] in self.env.found_docs
            if not is_page and Path(self.env.srcdir, file).is_file():
                download = addnodes.download_reference(
                    "", "", *link.children, reftarget=f"/{file}", refdoc=self.env.docname
                )
                link.replace_self(download)


def setup(app):
    app.connect("source-read", on_source_read)
    app.connect("env-get-updated", drop_numbers, priority=900)  # after the contents gave them
    app.connect("build-finished", offer_handouts)
    app.add_transform(NotebookDownloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
