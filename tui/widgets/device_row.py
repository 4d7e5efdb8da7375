"""One sensor in one line: placement, state, battery, loss, packets per second."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from hub.messages.wire import SensorState
from tui.state.words import SENSOR_MARK

_PLACE = 10
_WIDEST_PLACE = 14
_STATE = 12
_NUMBERS = (5, 6, 5)
_ROW = _PLACE + 1 + _STATE + sum(_NUMBERS)
LOW_BATTERY_PCT = 15.0
_COLOUR: dict[SensorState, str] = {"streaming": "$ok", "stale": "$caution", "lost": "$bad", "failed": "$bad"}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """The contents of a row; None where unknown; a `state` of None means the sensor is on but not used."""

    place: str
    state: SensorState | None
    battery_pct: float | None
    lost_pct: float | None
    packets_per_s: float | None
    note: str = ""

    @property
    def in_trouble(self) -> bool:
        """Whether the sensor needs attention; such rows take precedence when there is not room for all."""
        return self.state in ("lost", "failed", "stale")


def render(row: DeviceRow, width: int) -> Content:
    """Render a row in `width` cells; the columns of all rows line up."""
    place, state = _cells(width)
    if row.state is None:
        words, colour = "○ not used", "$dim"
    else:
        words, colour = f"{SENSOR_MARK[row.state]} {row.state}", _COLOUR.get(row.state, "$dim")
    head = Content.assemble(
        (f"{row.place[:place]:<{place}} ", "bold" if row.in_trouble else ""),
        (words[:state].ljust(state), colour),
    )
    if row.in_trouble and row.note:  # the loss is shown when the sensor is back; for now only the silence matters
        return Content.assemble(head, (f"{row.note:>{sum(_NUMBERS)}}"[: sum(_NUMBERS)], colour))
    low = row.battery_pct is not None and row.battery_pct <= LOW_BATTERY_PCT
    battery, lost, rate = _NUMBERS
    rate -= min(1, max(0, _ROW - width))  # on a narrow panel its leading blank goes first
    return Content.assemble(
        head,
        (f"{_percent(row.battery_pct, 0):>{battery}}", "bold $caution" if low else ""),
        f"{_percent(row.lost_pct, 1):>{lost}}{_number(row.packets_per_s):>{rate}}",
    )


def _cells(width: int) -> tuple[int, int]:
    spare = max(0, width - _ROW)
    place = min(_PLACE + spare, _WIDEST_PLACE)
    return place, _STATE + max(0, width - place - 1 - _STATE - sum(_NUMBERS))


def _percent(value: float | None, decimals: int) -> str:
    return "--" if value is None else f"{value:.{decimals}f}%"


def _number(value: float | None) -> str:
    return "--" if value is None else f"{value:.0f}"
