"""Take the dashboard's pictures: `python docs/take_screenshots.py [--out DIR] [--svg] [SCENE ... | all]`.

Written scenes (tests/tui/scenes.py) go through the real app without a terminal; Textual exports SVG, and headless
Chromium turns it into PNG. Not rsvg-convert: it shifts columns. Look at what comes out.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tui.app import DashboardApp
from tui.coach import CoachApp

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # tests/ is not installed
scenes = importlib.import_module("tests.tui.scenes")
coach_scenes = importlib.import_module("tests.tui.coach_scenes")


SIZES = ((80, 24), (120, 40))
SCENES = {
    "connecting": (scenes.connecting,),
    "no-sensors": (scenes.no_sensors,),
    "searching": (scenes.searching,),
    "running": (scenes.running, scenes.a_second_later),
    "runner": (scenes.with_cue, scenes.a_second_later),
    "sensor-lost": (scenes.running, scenes.sensor_lost, scenes.after_loss),
    "ended": (scenes.ended,),
    "pain": (scenes.running, scenes.a_second_later),
    "help": (scenes.running, scenes.a_second_later),
    "light": (scenes.with_cue, scenes.a_second_later),
}
COACH = ("coach", "watched")
KEYS = {"watched": ("enter",), "pain": ("p", "4", "down", "r"), "help": ("question_mark",), "light": ("d",)}


async def draw(scene: str, size: tuple[int, int]) -> str:
    """Play a scene in the app at `size` (columns, rows) and give the SVG."""
    feed, clock = scenes.ScriptedFeed(), scenes.Clock()
    app = CoachApp(feed, "gym.local:1883", clock) if scene in COACH else DashboardApp(feed, "ann", clock)
    async with app.run_test(size=size) as pilot:
        if scene in COACH:
            feed.say(*coach_scenes.forty())
            await pilot.pause(0.3)
            app.repaint()
        for part in SCENES.get(scene, ()):
            part(feed, clock)
            await pilot.pause(0.3)
            app.repaint()
        await pilot.press(*KEYS.get(scene, ()))
        await pilot.pause(0.6)
        return app.export_screenshot(title=f"stridecue {size[0]}x{size[1]}")


def to_png(svg: Path, png: Path) -> None:
    """Render with headless Chromium in the SVG's own size."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("take_screenshots: no Chromium found; leave out --png, or install chromium")
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text(encoding="utf-8"))
    width, height = (math.ceil(float(each)) for each in box.groups()) if box else (1200, 900)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},{height}"]
    subprocess.run(
        [chromium, *flags, f"--screenshot={png.resolve()}", svg.resolve().as_uri()], check=True, capture_output=True
    )


def main() -> None:
    """Draw the scenes asked for in all sizes."""
    parser = argparse.ArgumentParser(description="Take the dashboard's pictures.")
    parser.add_argument("scenes", nargs="*", default=["runner"], help=f"all, or some of {', '.join([*SCENES, *COACH])}")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--svg", action="store_true", help="keep the SVG instead of making PNG (needs no Chromium)")
    options = parser.parse_args()
    known = [*SCENES, *COACH]
    wanted = known if options.scenes == ["all"] else options.scenes
    if unknown := set(wanted) - set(known):
        parser.error(f"no scene {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for scene in wanted:
        for columns, rows in SIZES:
            picture = options.out / f"{scene}-{columns}x{rows}.svg"
            picture.write_text(asyncio.run(draw(scene, (columns, rows))), encoding="utf-8")
            if not options.svg:
                to_png(picture, picture.with_suffix(".png"))
                picture.unlink()
                picture = picture.with_suffix(".png")
            print(picture)


if __name__ == "__main__":
    main()
