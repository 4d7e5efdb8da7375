"""Buffer of samples that wait for the rest of their chunk."""

from __future__ import annotations

import numpy as np

from dsp.packed import Array, Packed, Packing, Rows
from dsp.samples.channels import always_plausible


class RowBuffer:
    """Rows in order of arrival; packed ones are converted only when values are asked for, all at once.

    are_plausible  whether the last `values` are known to be present and plausible, without a look at them
    """

    def __init__(self, *arrays: Array) -> None:
        self.are_plausible = False
        self._arrays = list(arrays)
        # Newer rows, all with the same packing:
        self._raw: list[bytes] = []
        self._packing: Packing | None = None
        self._within_limits = False

    def add(self, rows: Rows) -> None:
        """Append rows."""
        if isinstance(rows, Packed):
            if rows.packing is not self._packing:
                self._unpack()
                self._packing = rows.packing
                self._within_limits = always_plausible(rows.packing.largest)
            self._raw.append(rows.raw)
        else:
            if self._raw:
                self._unpack()
            self._arrays.append(rows)

    def add_before(self, rows: Array) -> None:
        """Insert rows before the oldest."""
        self._arrays.insert(0, rows)

    def values(self) -> Array:
        """Return the (n, k) values of all rows; there must be some."""
        if self._raw and self._packing is not None:
            if len(self._raw) > 1:
                self._raw = [b"".join(self._raw)]
            newest, is_whole = self._packing.read(self._raw[0])
            self.are_plausible = is_whole and self._within_limits and not self._arrays
            return np.concatenate([*self._arrays, newest]) if self._arrays else newest
        self.are_plausible = False
        return np.concatenate(self._arrays) if len(self._arrays) > 1 else self._arrays[0]

    def forget(self, count: int, values: Array) -> None:
        """Drop the oldest `count` rows; `values` is what `values` returned."""
        if self._raw and self._packing is not None:
            rest = count
            if self._arrays:
                rest -= sum(map(len, self._arrays))
            if rest >= 0:
                self._arrays.clear()
                self._raw = [self._raw[0][rest * self._packing.sample_bytes :]]
                return
        self._arrays, self._raw = [values[count:]], []

    def _unpack(self) -> None:
        if self._raw and self._packing is not None:
            self._arrays.append(self._packing.values(b"".join(self._raw)))
            self._raw = []
