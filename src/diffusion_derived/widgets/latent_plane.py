"""Chapter 7: the plane of a VAE with two latents, and the decoder that draws each of its places."""

import numpy as np
import traitlets
from matplotlib.figure import Figure

from diffusion_derived import browser
from diffusion_derived.figures import labels, style
from diffusion_derived.widgets.base import module
from diffusion_derived.widgets.page_model import ModelWidget
from diffusion_derived.widgets.traits import Float32, Number, Numbers, OneOf

REACH = 4
"""The plane is shown from -4 to 4 in both latents."""
LEVELS = 16
"""The darkest level of a pixel."""
DARK = ("html[data-theme='dark']", "[data-jp-theme-light='false']", "html[theme='dark']")


def class_colours() -> str:
    """The colours of the ten labels in the page, turned on dark ground like every figure."""
    rules = [f".wg [data-class='{k}'] {{ fill: {c}; }}" for k, c in enumerate(labels.CLASSES)]
    turned = ", ".join(f"{ground} .wg .wg-codes" for ground in DARK)
    turned += " { filter: invert(1) hue-rotate(180deg); }"
    return "\n".join([*rules, f"@media screen {{ {turned} }}\n"])


def lattice() -> np.ndarray:
    """The stored pictures of the decoder in levels, shape (n, 64), row by row from above."""
    arrays = browser.stored("plane")
    places = len(arrays["decoder.z"]) - len(arrays["codes"])
    return arrays["decoder.mean"][:places]


class LatentPlane(ModelWidget):
    r"""The plane of latents $z$ of the book's VAE, with the decoder in the reader's page.

    $$\mathbb E[x \mid z] \text{ in levels}, \qquad
    \log p(z) = -\log 2\pi - \tfrac12\lVert z\rVert^2 \text{ in nats}$$

    `z` is the place, two numbers in [-4, 4]. `ground` says what lies on the plane: "codes", the
    posterior means of the 360 held-out digits, each as its label, or "pictures", what the decoder
    makes of a lattice of places. The page draws from the stored lattice until its reader moves or
    presses the button; then it loads the decoder that PyTorch trained and draws every place.
    BadTrait (a ValueError) for other values. Chapter 7.
    """

    _esm = module("latent_plane")
    _css = ModelWidget._css + class_colours()
    question = traitlets.Unicode(
        "Which places does the decoder know, and what does it draw between them?"
    ).tag(sync=True)
    z = Numbers([0, 0], Number(0, -REACH, REACH)).tag(sync=True)
    ground = OneOf("codes", "pictures").tag(sync=True)
    _codes = Float32().tag(sync=True)
    _labels = traitlets.Bytes().tag(sync=True)
    _pictures = traitlets.Bytes().tag(sync=True)
    _bytes = traitlets.Int().tag(sync=True)

    @traitlets.default("_codes")
    def _stored_codes(self) -> np.ndarray:
        return browser.stored("plane")["codes"]

    @traitlets.default("_labels")
    def _stored_labels(self) -> bytes:
        return browser.stored("plane")["labels"].tobytes()

    @traitlets.default("_pictures")
    def _stored_pictures(self) -> bytes:
        return np.rint(lattice() * 255 / LEVELS).astype(np.uint8).tobytes()

    @traitlets.default("_bytes")
    def _bytes_to_load(self) -> int:
        return sum(map(browser.size, (*browser.RUNTIME, "models/plane/decoder.onnx.gzip")))

    def draw(self, figure: Figure) -> None:
        plane, picture = figure.subplots(1, 2, width_ratios=[2.2, 1])
        arrays = browser.stored("plane")
        labels.numerals(plane, arrays["codes"][::2], arrays["labels"][::2], size=6.5)
        plane.plot(*self.z, "o", ms=11, mfc="none", mec=style.INK)
        plane.set(
            aspect="equal",
            xlim=(-REACH, REACH),
            ylim=(-REACH, REACH),
            xlabel="$z_1$",
            ylabel="$z_2$",
        )
        plane.set_title("codes of every second test digit")
        nearest = np.abs(arrays["decoder.z"] - self.z).sum(axis=1).argmin()
        picture.imshow(arrays["decoder.mean"][nearest].reshape(8, 8), cmap="gray_r", vmax=LEVELS)
        style.bare(picture)
        picture.set_title("decoded there")
