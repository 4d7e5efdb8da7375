"""Files of byte vectors: bytes from devices, test suites and specifications, with their expected values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from drivers.errors import DriverError

CUT = "captured_truncated"
"""Kind of a vector whose source shows only some of the bytes."""


class VectorFileError(DriverError):
    """A file that cannot be read as vectors."""


class Vector(msgspec.Struct, frozen=True):
    """One vector; other keys in the file are ignored.

    payload_hex, payloads_hex  one notification (command, response), or several in order
    context                    additional facts: ranges, the name in an advertisement, ...
    expected                   expected values by the file's names, see `names`
    expect_error               the bytes must be rejected
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
        """The bytes, in order; empty if the context contains everything."""
        texts = self.payloads_hex or ([] if self.payload_hex is None else [self.payload_hex])
        return [bytes.fromhex(text) for text in texts]


class _File(msgspec.Struct):
    vectors: list[Vector]


def load_vectors(path: Path) -> list[Vector]:
    """Read a file of vectors. Raises VectorFileError."""
    try:
        vectors = msgspec.json.decode(path.read_bytes(), type=_File).vectors
        for vector in vectors:
            _ = vector.payloads
    except OSError as error:
        raise VectorFileError(f"{path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise VectorFileError(f"{path}: not a file of vectors: {error}") from error
    return vectors
