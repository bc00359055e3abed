"""MNIST, fetched once from openml.org: for a reader who has time for larger pictures."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import BadGzipFile
from http.client import HTTPException
from urllib.error import URLError

import torch

from diffusion_derived.data.images import Images

SIDE, LEVELS = 28, 256
PATIENCE = 60  # seconds without an answer, after which the network counts as absent


def mnist(home: str | os.PathLike | None = None) -> Images:
    """70,000 handwritten digits of 28 by 28 pixels in 256 levels; the last seventh is held out.

    The first call fetches 15 MB from openml.org and keeps them in `home`, by default
    scikit-learn's data folder; later calls need no network. Reading takes about half a minute
    and 2 GB of memory. Raises `ConnectionError` if the network or the server is out of reach,
    and `ValueError` if what arrived, after a second attempt, is not MNIST. Chapter 7.
    """
    from sklearn.datasets import fetch_openml

    with _clear_errors():
        pictures, labels = fetch_openml(
            "mnist_784", version=1, data_home=home, as_frame=False, parser="liac-arff",
            return_X_y=True, n_retries=1,
        )  # fmt: skip
        return _as_images(torch.as_tensor(pictures), torch.tensor([int(c) for c in labels]))


def _as_images(pictures: torch.Tensor, labels: torch.Tensor) -> Images:
    whole = (pictures == pictures.round()) & (pictures >= 0) & (pictures < LEVELS)
    if pictures.shape[1] != SIDE**2 or not whole.all():
        raise ValueError(f"expected rows of {SIDE**2} levels from 0 to {LEVELS - 1}")
    pictures, held_out = pictures.long(), len(pictures) // 7
    train, test = pictures[:-held_out], pictures[-held_out:]
    return Images("mnist", train, labels[:-held_out], test, labels[-held_out:], LEVELS, SIDE)


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Two outcomes beside success: nobody answers, or the answer is damaged."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    except (URLError, TimeoutError, ConnectionError) as error:
        raise ConnectionError(
            f"MNIST must be fetched from openml.org once, and that failed ({error}). Try again "
            "with a network, or go on with data.digits(), which needs none"
        ) from error
    except (ValueError, EOFError, BadGzipFile, HTTPException) as error:
        raise ValueError(
            f"what openml.org sent is not MNIST, twice ({error}). Nothing of it is used; the "
            "next call fetches it again"
        ) from error
    finally:
        socket.setdefaulttimeout(before)
