"""Every theme is readable: contrast on every screen, states distinct for colour-blind eyes, no colour, 16 colours."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from rich.style import Style
from textual.screen import ModalScreen

from dsp.records import Severity
from hub.flow.session import SessionState
from tests.tui import coach_scenes, scenes
from tests.tui.coach import Coach, a_coach
from tests.tui.colour import EYES, Cones, contrast, distance, in_grey, of_sixteen
from tests.tui.dashboard import SMALL, Dashboard, dashboard
from tui.app import DashboardApp
from tui.look.theme import FOR_FEW_COLOURS, NAMES, PALETTES, Palette, look_name, theme_name
from tui.look.theme_memory import ThemeMemory
from tui.state.words import SEVERITY_MARK, THRESHOLD_WORD
from tui.widgets.roster_row import NEED_MARK

pytestmark = pytest.mark.real_time

WORDS, SHAPES = 4.5, 3.0
"""WCAG 2.2: 1.4.3 contrast of text, level AA; 1.4.11 what is needed to understand a graphic."""
HIGH = 7.0
"""WCAG 2.2: 1.4.6, level AAA."""
FRAMES = frozenset("─│╭╮╰╯┌┐└┘╌┄░▔▁▊▎▏▌▐▕▇▄▀ ")
"""Characters that only separate and carry no information."""
APART = 20.0


@dataclass(frozen=True)
class Pair:
    """Colours of a stretch of cells and what is in them."""

    foreground: str
    background: str
    text: str

    @property
    def says(self) -> float | None:
        """The contrast it needs; None: it carries no information."""
        if any(each.isalnum() for each in self.text):
            return WORDS
        return None if set(self.text) <= FRAMES else SHAPES


def pairs_of(driver: Dashboard | Coach) -> set[Pair]:
    """All pairs on the screen on top; what lies behind a dialog is meant to recede."""
    screen = driver.app.screen
    region = screen.children[0].region if isinstance(screen, ModalScreen) else screen.region
    found = set()
    for row in driver.painted[region.y : region.bottom]:
        x = 0
        for segment in row:
            inside = region.x <= x < region.right
            x += segment.cell_length
            if inside and segment.text.strip() and segment.style is not None:
                found.add(Pair(*_colours(segment.style), segment.text))
    return found


def _colours(style: Style) -> tuple[str, str]:
    assert style.color is not None
    assert style.bgcolor is not None
    assert not style.dim  # terminals fade it as they like
    colours = style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex
    return (colours[1], colours[0]) if style.reverse else colours


async def screens() -> AsyncGenerator[Dashboard | Coach]:
    """Every screen, in the states that bring colours of their own."""
    async with dashboard() as board:
        await board.play(scenes.with_cue, scenes.a_second_later)
        yield board
        for severity in (Severity.WARNING, Severity.STOP):
            await board.hear(scenes.cue(severity))
            yield board
        for keys in (("p", "4"), ("escape", "question_mark")):
            await board.press(*keys)
            yield board
    async with dashboard() as board:
        await board.play(scenes.searching)
        yield board
        await board.play(scenes.running, scenes.sensor_lost, scenes.after_loss)
        yield board
    async with a_coach(SMALL) as coach:
        for name in ("hana", "tess", "eli", "mo", "kai"):
            state: SessionState = "ended" if name in coach_scenes.ENDED else "running"
            await coach.hear(*coach_scenes.runner(name, 1, state, coach_scenes.WORST.get(name)))
        await coach.hear(coach_scenes.up(), *coach_scenes.told())
        yield coach
        await coach.press("down", "n", "h")
        yield coach
        await coach.press("escape", "enter")
        yield coach


def poor(driver: Dashboard | Coach, name: str) -> Iterator[str]:
    """Pairs on the screen that cannot be read in this theme, or would not be without colour."""
    high = name == "high-contrast"
    for pair in pairs_of(driver):
        needs = {WORDS: HIGH if high else WORDS, SHAPES: WORDS if high else SHAPES, None: 0.0}[pair.says]
        ratio = contrast(pair.foreground, pair.background)
        grey = contrast(in_grey(pair.foreground), in_grey(pair.background))
        if ratio < needs or grey < min(needs, WORDS if needs == HIGH else SHAPES):
            yield f"{ratio:.2f}, in grey {grey:.2f} < {needs} {name} {pair}"


async def test_every_pair_of_colours_on_every_screen_can_be_read_with_and_without_colour() -> None:
    found = set()
    async with aclosing(screens()) as shown:
        async for driver in shown:
            for name in NAMES:
                driver.app.theme = theme_name(name)
                driver.app.refresh_css(animate=False)  # at once: waiting for an idle app is what costs time
                found |= set(poor(driver, name))
    assert not found, "\n".join(sorted(found))


def states(palette: Palette) -> dict[str, str]:
    return {"ok": palette.ok, "watch": palette.watch, "caution": palette.caution, "bad": palette.bad}


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", ["colour-blind", "high-contrast"])
def test_states_are_plainly_apart_for_all_eyes(name: str, eyes: Cones) -> None:
    for one, other in combinations(states(PALETTES[name]).values(), 2):
        assert distance(one, other, eyes) >= APART


@pytest.mark.parametrize("name", NAMES)
def test_states_are_apart_for_eyes_with_all_cones(name: str) -> None:
    assert min(distance(*pair, "all") for pair in combinations(states(PALETTES[name]).values(), 2)) >= 2 * APART


def test_meaning_is_never_in_a_colour_alone() -> None:
    assert len(set(SEVERITY_MARK.values())) == len(SEVERITY_MARK)
    assert len(set(THRESHOLD_WORD.values())) == len(THRESHOLD_WORD)
    assert len({mark for mark, _ in NEED_MARK.values()}) == len(NEED_MARK)


def test_high_contrast_keeps_its_words_and_states_on_sixteen_colours() -> None:
    palette = PALETTES[FOR_FEW_COLOURS]
    seen = {name: of_sixteen(colour) for name, colour in states(palette).items()}
    assert len(set(seen.values())) == len(seen)
    for colour in (*seen.values(), *map(of_sixteen, (palette.foreground, palette.dim, palette.faint))):
        assert contrast(colour, of_sixteen(palette.background)) >= WORDS


async def test_the_theme_key_goes_round_and_the_choice_is_remembered(tmp_path: Path) -> None:
    async with dashboard() as board:
        board.app.theme_memory = ThemeMemory(tmp_path / "new")
        seen = []
        for _ in NAMES:
            await board.press("d")
            seen.append(look_name(board.app.theme))
            assert ThemeMemory(tmp_path / "new").chosen == seen[-1]
        assert seen == [*NAMES[1:], NAMES[0]]


def test_a_memory_that_cannot_be_read_or_written_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "dashboard.toml").write_bytes(b'theme = "mauve"')
    assert ThemeMemory(tmp_path).chosen is None
    (tmp_path / "dashboard.toml").write_bytes(b"\xff")
    assert ThemeMemory(tmp_path).chosen is None
    broken = ThemeMemory(tmp_path / "dashboard.toml")
    broken.keep("light")
    assert broken.chosen is None


@pytest.mark.parametrize(
    ("term", "environment", "asked", "kept", "worn"),
    [
        ("xterm-256color", {}, None, None, "dark"),
        ("xterm-256color", {}, None, "light", "light"),
        ("xterm-256color", {}, "colour-blind", "light", "colour-blind"),
        ("xterm-16color", {}, None, None, "high-contrast"),
        ("xterm-16color", {}, None, "light", "light"),
        ("xterm-256color", {"NO_COLOR": "1"}, None, None, "high-contrast"),
    ],
)
def test_the_first_theme(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    term: str,
    environment: dict[str, str],
    asked: str | None,
    kept: str | None,
    worn: str,
) -> None:
    monkeypatch.delenv("COLORTERM", raising=False)
    for name, value in {"TERM": term, **environment}.items():
        monkeypatch.setenv(name, value)
    app = DashboardApp(scenes.ScriptedFeed(), "ann")
    app.theme_memory = ThemeMemory(tmp_path)
    if kept is not None:
        app.theme_memory.keep(kept)
    app.use_theme(asked)
    assert look_name(app.theme) == worn
