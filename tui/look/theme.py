"""Four themes: dark, light, high contrast, and one whose colours remain distinct for all colour-blind eyes.

Meaning never depends on colour alone: marks and words carry it too. `tests/tui/test_themes.py` measures the contrast on
every screen (WCAG 2.2: 4.5 for words, 3 for shapes; high contrast 7), and the distance between the state colours for
eyes without red, green or blue cones.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as `#rrggbb`.

    surface, panel             backgrounds: of dialogs and banners; of the top line
    dim, faint, why            muted words; stale numbers and fine lines; muted words on a tinted banner
    rule                       frames
    ok, watch, caution, bad    the four states, of thresholds and of everything else
    accent                     keys, names, plotted lines
    plot_band                  background of the shaded band of a plot
    """

    background: str
    surface: str
    panel: str
    foreground: str
    dim: str
    faint: str
    why: str
    rule: str
    ok: str
    watch: str
    caution: str
    bad: str
    accent: str
    plot_band: str


PALETTES = {
    "dark": Palette(
        background="#10151c",
        surface="#161d26",
        panel="#1d2631",
        foreground="#dfe6ee",
        dim="#94a3b4",
        faint="#64748a",
        why="#bccad8",
        rule="#3a4859",
        ok="#4cc38a",
        watch="#56b4e9",
        caution="#e69f00",
        bad="#f0715a",
        accent="#56b4e9",
        plot_band="#17222d",
    ),
    "light": Palette(
        background="#fbfcfd",
        surface="#f1f4f7",
        panel="#e6ebf0",
        foreground="#1b2530",
        dim="#566473",
        faint="#7d8b99",
        why="#3a4754",
        rule="#b9c4cf",
        ok="#006e4c",
        watch="#0067a5",
        caution="#7d6000",
        bad="#a81c3c",
        accent="#0067a5",
        plot_band="#e8f0f6",
    ),
    # Each colour has a counterpart among the sixteen of the simplest terminals.
    "high-contrast": Palette(
        background="#000000",
        surface="#000000",
        panel="#000000",
        foreground="#ffffff",
        dim="#d0d0d0",
        faint="#b0b0b0",
        why="#ffffff",
        rule="#909090",
        ok="#00ffff",
        watch="#ff80ff",
        caution="#ffff00",
        bad="#ff6060",
        accent="#00ffff",
        plot_band="#202020",
    ),
    # Okabe and Ito, "Color Universal Design" (2008): sky blue, reddish purple, yellow, vermillion.
    "colour-blind": Palette(
        background="#000000",
        surface="#0c1014",
        panel="#12181e",
        foreground="#f2f2f2",
        dim="#a8b0b8",
        faint="#7c858e",
        why="#d4dae0",
        rule="#46505a",
        ok="#56b4e9",
        watch="#cc79a7",
        caution="#f0e442",
        bad="#d55e00",
        accent="#56b4e9",
        plot_band="#151c22",
    ),
}
NAMES = tuple(PALETTES)
"""In the order in which the theme key cycles; the first is the default."""
FOR_FEW_COLOURS = "high-contrast"
"""For terminals with sixteen colours or none, where shades of grey and blue become the same."""
_OURS = "stridecue-"


def themes() -> list[Theme]:
    """Return the Textual themes, in the order of NAMES."""
    return [_theme(name, palette) for name, palette in PALETTES.items()]


def theme_name(name: str) -> str:
    """Return the name under which a theme of ours is registered with Textual."""
    return _OURS + name


def look_name(theme: str) -> str:
    """Return our name of a registered theme, the inverse of `theme_name`."""
    return theme.removeprefix(_OURS)


def _theme(name: str, own: Palette) -> Theme:
    return Theme(
        name=theme_name(name),
        primary=own.accent,
        secondary=own.dim,
        accent=own.accent,
        foreground=own.foreground,
        background=own.background,
        surface=own.surface,
        panel=own.panel,
        success=own.ok,
        warning=own.caution,
        error=own.bad,
        dark=name != "light",
        variables={
            "dim": own.dim,
            "faint": own.faint,
            "why": own.why,
            "rule": own.rule,
            "ok": own.ok,
            "watch": own.watch,
            "caution": own.caution,
            "bad": own.bad,
            "plot-band": own.plot_band,
            "footer-key-foreground": own.accent,
            "footer-background": own.surface,
        },
    )
