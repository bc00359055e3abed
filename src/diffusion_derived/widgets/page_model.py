"""Widgets that draw with a trained model, which the page loads when its reader asks for it."""

import traitlets

from diffusion_derived import browser
from diffusion_derived.widgets.base import HERE, Widget, styles

PART = 500_000
"""Bytes of one message to the page: small enough to show how far the loading is."""


class ModelWidget(Widget):
    """A widget whose page asks for ONNX Runtime and for a model's graphs.

    The book serves those files itself. Where no book is behind the page, as in JupyterLab, the
    page asks this object, which answers with the bytes. `runtime.js` is the other side. Chapter 7.
    """

    _css = styles() + (HERE / "page_model.css").read_text(encoding="utf-8")

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.on_msg(answer)


def answer(widget: traitlets.HasTraits, message: dict, buffers: list) -> None:
    """Send the file that the page asked for, part by part, or say why it cannot be sent."""
    if message.get("kind") != "file":
        return
    reply = {"id": message.get("id")}
    try:
        content = browser.read(message.get("name"))
    except (OSError, ValueError) as error:
        widget.send(reply | {"refused": f"Python could not read the file: {error}."})
        return
    for start in range(0, len(content), PART):
        part = memoryview(content)[start : start + PART]
        widget.send(reply | {"bytes": len(content)}, [part])
