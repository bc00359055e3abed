"""Pictures of ten classes: each drawn as its numeral, in a colour of its own.

The numeral tells the class; the colour only groups. The ten hues stand apart from the role
colours: they are used for labels of digits and for nothing else. On dark ground they are turned
like every figure, by invert(1) hue-rotate(180deg).
"""

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

CLASSES = (
    "#b93f3e", "#8c541e", "#7c6c1f", "#417302", "#1b7d61",
    "#157079", "#1a74ad", "#4f54bc", "#9553b6", "#a13171",
)  # fmt: skip
"""The colours of the digits 0 to 9 on light ground."""


def numerals(axes: Axes, places: ArrayLike, labels: ArrayLike, size: float = 7.0) -> None:
    """Each label as a numeral at its place; places have shape (n, 2), labels (n,)."""
    for (x, y), label in zip(places, labels, strict=True):
        look = {"ha": "center", "va": "center_baseline", "size": size}
        axes.text(x, y, str(int(label)), color=CLASSES[int(label)], **look)
