"""Links to the exercise notebooks.

A notebook that is not a page of the book is handed over as a file. When exercise notebooks become
pages, their form for the book belongs here, and the links turn into links to those pages.
"""

from __future__ import annotations

from pathlib import Path

from sphinx import addnodes
from sphinx.transforms import SphinxTransform


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
    app.add_transform(NotebookDownloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
