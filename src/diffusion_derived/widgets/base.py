"""The base of every widget: its text for the browser, its plain words, its picture for print."""

import base64
import re
from pathlib import Path

import anywidget
import matplotlib.style
import traitlets
from matplotlib.figure import Figure

from diffusion_derived.figures import style
from diffusion_derived.roles import CSS_FILE, GROUND

HERE = Path(__file__).parent
IMPORT = re.compile(r'import \{[^}]*\} from "\./(\w+)\.js";\n')
PICTURE_DPI = 1.25 * style.PIXELS_PER_INCH


def module(name: str) -> str:
    """One ES module out of `name`.js and all it imports from its neighbours, each text once."""
    texts: dict[str, str] = {}
    _collect(name, texts)
    return "\n".join(texts.values())


def _collect(name: str, texts: dict[str, str]) -> None:
    """Put the text of `name`.js, without its imports, after the texts that it imports."""
    text = (HERE / f"{name}.js").read_text(encoding="utf-8")
    for other in IMPORT.findall(text):
        if other not in texts:
            _collect(other, texts)
    texts[name] = IMPORT.sub("", text)


def styles() -> str:
    """The role colours, kept to the widget itself, and the look of its parts."""
    roles = re.sub(r"/\*.*?\*/", "", CSS_FILE.read_text(encoding="utf-8"), flags=re.S)
    roles = roles.replace(":root", ".wg")
    roles = re.sub(r'(\[[\w-]+="\w+"\])', r"\1 .wg", roles)
    return roles.strip() + "\n" + (HERE / "chrome.css").read_text(encoding="utf-8")


class Widget(anywidget.AnyWidget):
    """A figure that moves in the page, with no kernel; `question` is what it asks the reader.

    A widget without a page (on GitHub, in print) shows `picture()` instead. TypeError for an
    unknown argument, BadTrait (a ValueError) for a value outside its trait.
    """

    _css = styles()
    question = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **values: object) -> None:
        unknown = sorted(set(values) - {"question", "layout", *self.settings()})
        if unknown:
            expected = ", ".join(["question", *self.settings()])
            raise TypeError(f"{type(self).__name__}: unknown {unknown}, expected {expected}")
        super().__init__(**values)

    @classmethod
    def settings(cls) -> list[str]:
        """Names of the traits that say what the widget shows, in the order of their definition."""
        return [
            name
            for family in reversed(cls.__mro__)
            if issubclass(family, Widget) and family is not Widget
            for name, value in vars(family).items()
            if isinstance(value, traitlets.TraitType) and name[0] != "_" and name != "question"
        ]

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings())
        return f"{type(self).__name__}({values})"

    def draw(self, figure: Figure) -> None:
        """Draw the widget's present state on an empty Matplotlib figure."""
        raise NotImplementedError(f"{type(self).__name__} has no picture for print")

    def picture(self) -> bytes:
        """A PNG of the present state on light ground: the same state gives the same bytes."""
        with (
            matplotlib.style.context("default"),
            style.picture(repr(self), height=3.0) as drawn,
        ):
            drawn.figure.set(dpi=PICTURE_DPI, facecolor=GROUND["paper"].light)
            drawn.figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
            self.draw(drawn.figure)
        return drawn.png

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict, dict] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        data["image/png"] = base64.b64encode(self.picture()).decode()
        return data, metadata
