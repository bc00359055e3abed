"""The look of every figure: the book's sans, the role colours, and pictures that notebooks show.

A figure function ends with a `Picture`; a notebook shows it by naming it on a cell's last line.
No backend, no `pyplot` and no `%matplotlib inline` is needed. Chapters that plot for themselves
call `use_style()` once.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from diffusion_derived.roles import GROUND, ROLES

HERE = Path(__file__).parent
PIXELS_PER_INCH = 576 / 5.6
"""Pixels of a page for an inch of figure: a figure 5.6 wide fills the column of 36 rem."""

INK, MUTED, HAIRLINE = (GROUND[name].light for name in ("ink", "ink-2", "rule-2"))


def parameters() -> matplotlib.RcParams:
    """Matplotlib's settings for the book: `book.mplstyle` and the colours of `roles.css`."""
    settings = matplotlib.rc_params_from_file(HERE / "book.mplstyle", use_default_template=False)
    for name in ("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"):
        settings[name] = INK
    for name in ("axes.edgecolor", "xtick.color", "ytick.color"):
        settings[name] = MUTED
    settings["axes.prop_cycle"] = cycler(color=[role.light for role in ROLES.values()])
    return settings


def use_style() -> None:
    """Use the book's fonts and colours for every later Matplotlib figure."""
    _add_fonts()
    matplotlib.rcParams.update(parameters())


class Picture:
    """A drawn figure: `png` holds its bytes, `alt` says in words what it shows.

    IPython shows the PNG, as wide as the page's column; its text form is the alt text, the
    same on every machine. `figure` is the Matplotlib figure.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure, self.alt, self.png = figure, alt, b""

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        width, height = self.figure.get_size_inches() * PIXELS_PER_INCH
        return self.png, {"width": round(width), "height": round(height)}

    def save(self, path: str | Path) -> None:
        """Write the PNG to a file."""
        Path(path).write_bytes(self.png)


@contextmanager
def picture(alt: str, width: float = 5.6, height: float = 2.8) -> Iterator[Picture]:
    """An empty picture to draw on in the book's style; its PNG is made when the block ends.

    `width` and `height` are inches. The same drawing gives the same bytes.
    """
    _add_fonts()
    with matplotlib.rc_context(parameters()):
        figure = Figure(figsize=(width, height))
        drawn = Picture(figure, alt)
        yield drawn
        stream = io.BytesIO()
        FigureCanvasAgg(figure).print_png(
            stream, metadata={"Software": None}, pil_kwargs={"optimize": True}
        )
        drawn.png = stream.getvalue()


def line(axes: Axes, x, y, role: str, **options) -> None:
    """A line in its role's colour and dash."""
    axes.plot(x, y, **{"color": ROLES[role].light, "linestyle": ROLES[role].linestyle} | options)


def label(axes: Axes, x: float, y: float, text: str, role: str | None = None, **options) -> Text:
    """A name beside what it names, in the role's colour, or muted without one."""
    look = {"color": ROLES[role].light, "weight": 600} if role else {"color": MUTED}
    return axes.text(x, y, text, **look | options)


def key(figure: Figure, side: str, columns: int = 1) -> None:
    """Names of the labelled lines outside the axes, each with a piece of its line."""
    look = {"labelcolor": "linecolor", "handlelength": 2.6, "prop": {"weight": 600}}
    figure.legend(loc=f"outside {side}", ncols=columns, borderaxespad=0.1, **look)


def bare(axes: Axes) -> None:
    """Take the ticks and the frame away."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _add_fonts() -> None:
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted((HERE / "fonts").glob("*.ttf")):
        if str(path) not in known:
            font_manager.fontManager.addfont(path)
