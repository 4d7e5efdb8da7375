"""Take the pictures of the dashboards: `python docs/take_screenshots.py [--out DIR] [NAME ...]`.

The screens of tests/tui/gallery.py run in the real apps without a terminal; Textual exports SVG, and headless Chromium
renders it as PNG (rsvg-convert shifts columns). `browser` is a complete setup: a broker, forty runners who publish once
a second, `tui.web`, and Chromium as the tablet. Review the pictures before committing them.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # tests/ is not installed
browser = importlib.import_module("tests.tui.browser")
gallery = importlib.import_module("tests.tui.gallery")
served = importlib.import_module("tests.tui.served")
theme = importlib.import_module("tui.look.theme")

SMALL, LARGE = (80, 24), (120, 40)
PICTURES = {
    "runner-80x24": ("cue", SMALL, "dark"),
    "runner-120x40": ("cue", LARGE, "dark"),
    "pain-before-120x40": ("pain-before", LARGE, "light"),
    "pain-80x24": ("pain", SMALL, "dark"),
    "web-80x24": ("web", SMALL, "dark"),
    "high-contrast-80x24": ("stop", SMALL, "high-contrast"),
    "colour-blind-80x24": ("stop", SMALL, "colour-blind"),
    "coach-120x40": ("roster", LARGE, "dark"),
    "watched-120x40": ("watched", LARGE, "dark"),
}
"""Picture -> screen of the gallery, size in cells, theme."""
BROWSER = "browser"
TABLET = (1280, 800)
SETTLED_S = 20.0
"""Seconds until the page has opened its dashboard and the numbers have changed a few times."""


async def draw(screen: str, size: tuple[int, int], look: str) -> str:
    """Return a screen as SVG."""
    async with gallery.GALLERY[screen].drawn(size) as driver:
        driver.app.theme = theme.theme_name(look)
        for _ in range(3):
            await driver.look()
        svg: str = driver.app.export_screenshot(title=f"stridecue {size[0]}x{size[1]}")
        return svg


async def photograph() -> bytes:
    """Return the coach's dashboard in a browser as PNG."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with (
            served.served(moving_s=90) as address,
            browser.a_page(f"{address}/?token={served.TOKEN}", Path(profile), TABLET) as page,
        ):
            await page.until("document.body.classList.contains('-first-byte')")
            await asyncio.sleep(SETTLED_S)
            png: bytes = await page.picture()
            return png


def to_png(svg: str, png: Path) -> None:
    """Render an SVG with headless Chromium in its own size."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width, height = (math.ceil(float(each)) for each in box.groups()) if box else (1200, 900)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},{height}"]
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn.svg"
        drawn.write_text(svg, encoding="utf-8")
        subprocess.run(
            [browser.chromium(), *flags, f"--screenshot={png.resolve()}", drawn.as_uri()],
            check=True,
            capture_output=True,
        )


def main() -> None:
    """Take the named pictures, or all of them."""
    names = [*PICTURES, BROWSER]
    parser = argparse.ArgumentParser(description="Take the pictures of the dashboards.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)} (default: all)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"no picture {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or names:
        png = options.out / f"{name}.png"
        if name == BROWSER:
            png.write_bytes(asyncio.run(photograph()))
        else:
            to_png(asyncio.run(draw(*PICTURES[name])), png)
        print(png)


if __name__ == "__main__":
    main()
