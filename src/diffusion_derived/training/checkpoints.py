"""A state on disk that is never half written and never taken for that of another run."""

import os
import pathlib
import pickle
from typing import Any, BinaryIO

import torch

from diffusion_derived import checks


def save(path: str | os.PathLike, state: Any, settings: dict[str, Any]) -> None:
    """Write a state and the settings that it belongs to: all of it, or the old file stays.

    The bytes go to a file beside `path`, are forced onto the disk, and only then take the name
    `path`, in one move. Tensors, numbers, strings, lists and dictionaries can be kept.
    Chapter 7.
    """
    path = pathlib.Path(path)
    unfinished = path.with_name(path.name + ".unfinished")
    with open(unfinished, "wb") as file:
        torch.save({"settings": settings, "state": state}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def load(path: str | os.PathLike, settings: dict[str, Any], device: Any = "cpu") -> Any:
    """The state that `save` wrote, its tensors on `device` wherever they were before.

    Only data is read, never code. Raises `FileNotFoundError` if there is no such file and
    `ValueError` if it is damaged or belongs to other settings, which are named. Chapter 7.
    """
    with open(path, "rb") as file:
        kept = _read(file, device)
    found, state = kept["settings"], kept["state"]
    differ = [k for k in sorted(found | settings) if found.get(k) != settings.get(k)]
    if differ:
        said = "; ".join(f"{k} {found.get(k)!r}, not {settings.get(k)!r}" for k in differ)
        checks.refuse("checkpoint", path, f"one of this run, but it has {said}")
    return state


def _read(file: BinaryIO, device: Any) -> dict[str, Any]:
    try:
        kept = torch.load(file, map_location=device, weights_only=True)
    except (RuntimeError, OSError, EOFError, pickle.UnpicklingError) as error:
        raise ValueError(f"{file.name} is no whole checkpoint; delete it to begin anew") from error
    if not isinstance(kept, dict) or set(kept) != {"settings", "state"}:
        raise ValueError(f"{file.name} is no checkpoint; choose another name")
    return kept
