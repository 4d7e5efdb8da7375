"""A file that redirects a browser to an address with a token, since every user of a machine can read command lines."""

from __future__ import annotations

import html
import shutil
import tempfile
from pathlib import Path

_PAGE = """\
<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>stridecue</title>
<p><a href="{address}">The coach's view</a></p>
"""


class Redirect:
    """A temporary page that redirects to `address`; `file` and its folder are readable by this user only."""

    def __init__(self, address: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="stridecue-page-"))
        self.file = self._folder / "open.html"
        self.file.touch(mode=0o600)
        self.file.write_text(_PAGE.format(address=html.escape(address)), encoding="utf-8")

    def remove(self) -> None:
        """Delete the file and its folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
