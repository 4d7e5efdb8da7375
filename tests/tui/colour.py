"""Colour perception: contrast, colour blindness, distance between colours, and terminals with sixteen colours."""

from __future__ import annotations

from typing import Literal, TypeAlias

from rich.color import Color, ColorSystem
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color as TextualColor

Cones: TypeAlias = Literal["all", "no red", "no green", "no blue"]
_Matrix: TypeAlias = tuple[tuple[float, float, float], ...]

EYES: dict[Cones, _Matrix] = {
    "all": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Linear RGB as protanopes, deuteranopes and tritanopes see it: Machado, Oliveira and Fernandes (2009), severity 1."""


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2, 1 to 21."""
    darker, lighter = sorted((_luminance(_linear(one)), _luminance(_linear(other))))
    return (lighter + 0.05) / (darker + 0.05)


def distance(one: str, other: str, eyes: Cones) -> float:
    """Return the CIELAB (1976) distance: below 2.3 invisible, from 10 seen at a glance, from 20 clearly two colours."""
    pairs = zip(_lab(_seen(one, eyes)), _lab(_seen(other, eyes)), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def in_grey(colour: str) -> str:
    """Return what Textual shows instead if `NO_COLOR` is set."""
    return TextualColor.parse(colour).monochrome.hex


def of_sixteen(colour: str) -> str:
    """Return what a terminal with sixteen colours shows instead, by Rich's choice and its default palette."""
    nearest = Color.parse(colour).downgrade(ColorSystem.STANDARD)
    return nearest.get_truecolor(DEFAULT_TERMINAL_THEME).hex


def _linear(colour: str) -> list[float]:
    """IEC 61966-2-1."""
    parts = [int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5)]
    return [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]


def _luminance(linear: list[float]) -> float:
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _seen(colour: str, eyes: Cones) -> list[float]:
    linear = _linear(colour)
    mixed = [sum(a * b for a, b in zip(row, linear, strict=True)) for row in EYES[eyes]]
    return [min(1.0, max(0.0, each)) for each in mixed]


def _lab(linear: list[float]) -> tuple[float, float, float]:
    """CIELAB under D65."""
    red, green, blue = linear
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (
        each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116 for each in (x, _luminance(linear), z)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
