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
    """Leave out the scripts of a live kernel: the book needs no server, and they name one."""
    context["script_files"] = [
        script for script in context.get("script_files", []) if not is_thebe(script)
    ]


def is_thebe(script) -> bool:
    """Whether a script, or its inline text, belongs to thebe."""
    body = getattr(script, "attributes", {}).get("body", "")
    return "thebe" in f"{getattr(script, 'filename', script)} {body}".lower()


def setup(app):
    app.connect("builder-inited", add_role_colours)
    app.connect("builder-inited", copy_role_colours)
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
