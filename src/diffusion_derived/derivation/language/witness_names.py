r"""The names of a counterexample, as a reader writes them.

An entry of a table is called `P(c=0|s=1)` inside. Where an event names the state, the reader sees
$P(C\mid W)$; elsewhere $p(z{=}0\mid x{=}1)$. A weight is $w_{z=0}$.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Events = Mapping[str, tuple[str, tuple[int, ...]]]
_ENTRY = re.compile(r"(weight of )?([A-Za-z]+)\((.+)\)")


def readable(name: str, events: Events, sizes: Mapping[str, int]) -> str:
    """The TeX of one name."""
    entry = _ENTRY.fullmatch(name)
    if entry is None or "=" not in name:
        return name
    weight, density, inside = entry.groups()
    sides = [_states(side, events, sizes) for side in inside.split("|")]
    inner = f"{density}({_join(sides)})"
    return f"w_{{{inner}}}" if weight else inner


def _join(sides: list[str]) -> str:
    return r"\mid ".join(sides)


def _states(side: str, events: Events, sizes: Mapping[str, int]) -> str:
    return ",".join(_state(*pair.split("="), events, sizes) for pair in side.split(","))


def _state(variable: str, state: str, events: Events, sizes: Mapping[str, int]) -> str:
    at = int(state)
    for event, (of, states) in events.items():
        if of == variable and states == (at,):
            return event
    for event, (of, states) in events.items():
        if of == variable and sizes.get(variable) == 2 and at not in states:
            return rf"\bar {event}"
    return f"{variable}{{=}}{state}"
