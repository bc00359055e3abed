"""Style sheets and scripts: the library's role colours come first, and nothing is fetched."""

from __future__ import annotations

import shutil

from .places import LIBRARY


def add_role_colours(app) -> None:
    """`roles.css` has one home, the library; every other style sheet uses its names."""
    app.add_css_file("roles.css", priority=700)


def copy_role_colours(app) -> None:
    """Put the library's style sheet beside the book's own, after Sphinx has copied those."""
    if app.builder.format == "html":
        target = app.outdir / "_static"
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(LIBRARY / "roles.css", target / "roles.css")


def drop_thebe(app, pagename, templatename, context, doctree) -> None:
    """Leave out what serves a live kernel: the book needs no server, and those scripts name one."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if not is_thebe(file)]


def is_thebe(file) -> bool:
    """Whether a script or a style sheet, or its inline text, belongs to thebe."""
    body = getattr(file, "attributes", {}).get("body", "")
    return "thebe" in f"{getattr(file, 'filename', file)} {body}".lower()


def setup(app):
    app.connect("builder-inited", add_role_colours)
    app.connect("builder-inited", copy_role_colours)
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
