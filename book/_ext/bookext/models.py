"""What pages load when their reader asks: the library's runtime and models, beside the pages."""

from __future__ import annotations

from diffusion_derived import browser


def publish(app) -> None:
    """Put the files into _static/browser, where widgets-config.js says that they are."""
    if app.builder.format == "html":
        browser.publish(app.outdir / "_static" / "browser")


def setup(app):
    app.connect("builder-inited", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
