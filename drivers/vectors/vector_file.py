"""The file of byte vectors: bytes that devices, test suites and specifications show, and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from drivers.errors import DriverError

CUT = "captured_truncated"
"""Kind of a vector whose source shows only a part of the bytes."""


class VectorFileError(DriverError):
    """A file that holds no vectors."""


class Vector(msgspec.Struct, frozen=True):
    """One vector; keys that are not named here are not needed.

    payload_hex, payloads_hex  one notification (command, answer), or several in order
    context                    what one has to know besides: ranges, the name in an advertisement, ...
    expected                   by the names of the file, see `names`
    expect_error               the bytes must be refused
    """

    id: str
    device: str
    characteristic: str
    kind: str = ""
    payload_hex: str | None = None
    payloads_hex: list[str] = []
    context: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    expect_error: bool = False

    @property
    def payloads(self) -> list[bytes]:
        """The bytes, in order; none where the context says it all."""
        texts = self.payloads_hex or ([] if self.payload_hex is None else [self.payload_hex])
        return [bytes.fromhex(text) for text in texts]


class _File(msgspec.Struct):
    vectors: list[Vector]


def load_vectors(path: Path) -> list[Vector]:
    """Read a file. Raises VectorFileError that names the place."""
    try:
        vectors = msgspec.json.decode(path.read_bytes(), type=_File).vectors
        for vector in vectors:
            _ = vector.payloads
    except OSError as error:
        raise VectorFileError(f"{path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise VectorFileError(f"{path}: not a file of vectors: {error}") from error
    return vectors
