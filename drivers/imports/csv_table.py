"""Read a numeric CSV, plain or gzipped, in chunks; errors name file and line."""

from __future__ import annotations

import gzip
import itertools
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from drivers.errors import ImportDataError

TIME_COLUMN = "t_s"
ROWS_AT_ONCE = 8192
_GZIP_MAGIC = b"\x1f\x8b"

Progress: TypeAlias = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""
Rows: TypeAlias = npt.NDArray[np.float64]


class CsvTable:
    """`t_s` and other numeric columns. An empty cell is NaN; `t_s` must be present, finite and strictly increasing.

    Every method raises ImportDataError, which names the file, the line and the problem.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        header = next(iter(_TextLines(path)), "").strip().lstrip("\ufeff")
        if not header:
            raise ImportDataError(f"{path} is empty")
        self.columns = tuple(name.strip().strip('"') for name in header.split(","))
        if TIME_COLUMN not in self.columns:
            raise ImportDataError(f"{path}:1: no column {TIME_COLUMN} (seconds); found: {', '.join(self.columns[:8])}")
        doubled = {name for name in self.columns if self.columns.count(name) > 1}
        if doubled:
            raise ImportDataError(f"{path}:1: column {min(doubled)} appears twice")

    def rows(self, wanted: Sequence[str], progress: Progress | None = None) -> Iterator[Rows]:
        """Yield (n, 1 + k) float64 chunks: `t_s` and the wanted columns."""
        indices = [self.columns.index(name) for name in (TIME_COLUMN, *wanted)]
        lines = _TextLines(self.path)
        numbered = enumerate(lines, start=1)
        next(numbered, None)
        last_t_s = -math.inf
        while piece := [(number, line) for number, line in itertools.islice(numbered, ROWS_AT_ONCE) if line.strip()]:
            rows = self._parse(piece, indices)
            self._check(rows, piece, last_t_s)
            last_t_s = float(rows[-1, 0])
            if progress is not None:
                progress(lines.part_read)
            yield rows
        if math.isinf(last_t_s):
            raise ImportDataError(f"{self.path} has a header and no rows")

    def _parse(self, piece: list[tuple[int, str]], indices: list[int]) -> Rows:
        lines = [line for _, line in piece]
        width = len(self.columns)
        # The fast path does not check the number of cells, and cannot read empty ones.
        if all(line.count(",") == width - 1 for line in lines):
            try:
                fast: Rows = np.loadtxt(lines, delimiter=",", usecols=indices, ndmin=2, comments=None)
            except ValueError:
                pass
            else:
                return fast
        return np.array([self._cells(number, line, indices) for number, line in piece])

    def _cells(self, number: int, line: str, indices: list[int]) -> list[float]:
        cells = line.rstrip("\r\n").split(",")
        if len(cells) != len(self.columns):
            raise ImportDataError(f"{self.path}:{number}: {len(cells)} cells, the header has {len(self.columns)}")
        values = []
        for index in indices:
            text = cells[index].strip().strip('"')
            try:
                values.append(float(text) if text else math.nan)
            except ValueError:
                column = self.columns[index]
                raise ImportDataError(f"{self.path}:{number}: {column} is {text!r}, not a number") from None
        return values

    def _check(self, rows: Rows, piece: list[tuple[int, str]], last_t_s: float) -> None:
        t_s = rows[:, 0]
        bad = np.flatnonzero(~np.isfinite(t_s))
        if len(bad):
            raise ImportDataError(f"{self.path}:{piece[bad[0]][0]}: {TIME_COLUMN} is missing or not finite")
        infinite = np.flatnonzero(np.isinf(rows).any(axis=1))
        if len(infinite):
            raise ImportDataError(f"{self.path}:{piece[infinite[0]][0]}: a value is infinite")
        back = np.flatnonzero(np.diff(t_s, prepend=last_t_s) <= 0)
        if len(back):
            i = int(back[0])
            before = t_s[i - 1] if i else last_t_s
            raise ImportDataError(
                f"{self.path}:{piece[i][0]}: {TIME_COLUMN} must increase: {t_s[i]:g} after {before:g}; sort the file"
            )


class _TextLines:
    """Lines of a text file, decompressed if gzipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.part_read = 0.0

    def __iter__(self) -> Iterator[str]:
        try:
            with self._path.open("rb") as raw:
                size = max(self._path.stat().st_size, 1)
                is_gzip = raw.peek(2).startswith(_GZIP_MAGIC)
                content = BufferedReader(gzip.GzipFile(fileobj=raw)) if is_gzip else raw
                with TextIOWrapper(content, encoding="utf-8") as text:
                    for i, line in enumerate(text):
                        if not i % ROWS_AT_ONCE:
                            self.part_read = raw.tell() / size
                        yield line
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ImportDataError(f"{self._path}: damaged gzip file: {error}") from error
        except UnicodeDecodeError as error:
            raise ImportDataError(f"{self._path}: not a text file: {error.reason}") from error
        except OSError as error:
            raise ImportDataError(f"cannot read {self._path}: {error.strerror}") from error
