"""`index.html`: the door that leads to the front page, as a whole page with a name and an icon.

Jupyter Book writes a bare redirect when there is none. A browser that meets a page without an icon
asks the server for `/favicon.ico`, which no book has. The icon stands in the page itself: a request
for it would be cut off when the redirect leaves.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={first}">
<link rel="icon" href="data:image/svg+xml;base64,{icon}">
<title>{title}</title>
</head>
<body><main><h1>{title}</h1><p><a href="{first}">Read the book</a></p></main></body>
</html>
"""


def write_door(app, exception) -> None:
    """Lead from the folder's address to the first page of the table of contents."""
    if exception or app.builder.format != "html":
        return
    icon = Path(app.confdir, app.config.html_favicon).read_bytes()
    page = PAGE.format(
        first=app.builder.get_target_uri(app.config.root_doc),
        icon=b64encode(icon).decode(),
        title=escape(app.config.html_title or app.config.project),
    )
    (app.outdir / "index.html").write_text(page, encoding="utf-8")


def setup(app):
    app.connect("build-finished", write_door)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
