"""The tables of a profile TOML: facts about one device, never logic. Unknown keys are rejected.

[profile]      identity                         [param.x]    settings of the device, with defaults
[[match]]      how to recognise advertisements  [[start]]    steps after connecting, [[stop]] before disconnecting
[gatt]         alias -> characteristic          [command.x]  known writes that are not sent automatically
[link]         requirements on the connection   [frame.x]    how notifications are divided into frames
[semantics]    meaning the standard leaves open [stream.x]   how the bytes of one characteristic are decoded
                                                [[examples]] bytes and what they must decode to
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

import msgspec

from dsp.signals import Placement, Quantity

WireType: TypeAlias = Literal["u8", "s8", "u16", "s16", "u24", "s24", "u32", "s32", "u64", "f32", "utf8"]
WIRE_BYTES: dict[WireType, int] = {
    "u8": 1, "s8": 1, "u16": 2, "s16": 2, "u24": 3, "s24": 3, "u32": 4, "s32": 4, "u64": 8, "f32": 4, "utf8": 1,
}  # fmt: skip
Natural: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Several: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Bit: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=63)]
Bits: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=64)]
Hertz: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Milliseconds: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=60_000)]
Scalar: TypeAlias = bool | int | float | str | None
SCHEMA_VERSION = 1


class Status(StrEnum):
    """How well a profile is verified; shown to users."""

    VERIFIED = "verified"  # bytes of a real device or of the vendor's tests
    PARTIAL = "partial"  # the standard part is verified, the rest was read in public sources
    EXPERIMENTAL = "experimental"  # no public capture


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that rejects unknown keys."""


class ProfileHeader(Strict, frozen=True, kw_only=True):
    """`[profile]`. A `mixin` is never matched itself: other profiles extend it. `placement` lists where it can be worn.

    transport  how its bytes arrive; a run connects only to `gatt` devices
    merge      two streams of one motion sensor: the second is interpolated at the times of the first
    """

    id: str
    title: str
    status: Status
    placement: list[Placement] = []
    extends: list[str] = []
    mixin: bool = False
    transport: Literal["gatt", "advertisement", "json"] = "gatt"
    merge: list[str] = []
    notes: str = ""


class Match(Strict, frozen=True, kw_only=True):
    """`[[match]]`: alternatives; all keys of one must match. The highest score of all profiles wins."""

    score: int
    name: str | None = None  # regular expression, searched in the advertised name
    service: str | None = None
    company_id: int | None = None
    manufacturer: str | None = None  # hex prefix of the data of company_id


class Characteristic(Strict, frozen=True, kw_only=True):
    """One line of `[gatt]`. `use` is any of read, write, notify, indicate, joined with +.

    service  omit it only if it is unpublished: all services of the device are then discovered
    """

    char: str
    service: str | None = None
    use: str
    optional: bool = False

    @property
    def uses(self) -> frozenset[str]:
        """The parts of `use`."""
        return frozenset(self.use.split("+"))


class Link(Strict, frozen=True, kw_only=True):
    """Requirements on the connection. A device with `forbid_char` is not supported, for the reason `forbid_because`."""

    mtu_min: Several = 23
    max_interval_ms: float | None = None
    forbid_char: str | None = None
    forbid_because: str = ""


class Param(Strict, frozen=True, kw_only=True):
    """`[param.x]`: a setting of the device; `values` are those that it accepts.

    code     value -> hex that represents it in a write: `{x:code}`
    follows  another parameter that gives this one its value: the same value in another code
    """

    default: float | None = None
    values: list[float] = []
    code: dict[str, str] = {}
    follows: str | None = None
    note: str = ""


class Ack(Strict, frozen=True, kw_only=True):
    """The acknowledgement to wait for: a notification of alias `on` with `hex` (or one of `also_ok`) at byte `at`."""

    on: str
    hex: str
    at: Natural = 0
    also_ok: list[str] = []
    timeout_ms: Milliseconds = 2000.0


class Subscribe(Strict, frozen=True, kw_only=True, tag_field="do", tag="subscribe"):
    """Enable notifications (or indications) of the alias `on`."""

    on: str
    optional: bool = False


class Write(Strict, frozen=True, kw_only=True, tag_field="do", tag="write"):
    """Write `hex` (one string or several in order) to the alias `to`.

    `{x:u16}` stands for the value of parameter x, `{x:code}` for its code, `{x}` in `append_ascii` for its digits.

    ack   acknowledgement, without which the step fails
    only  the step is skipped unless these parameters have these values
    """

    to: str
    hex: str | list[str]
    append_ascii: str = ""
    gap_ms: Milliseconds = 0.0
    ack: Ack | None = None
    only: dict[str, float] = {}
    optional: bool = False


class Ask(Strict, frozen=True, kw_only=True, tag_field="do", tag="ask"):
    """Write `hex` to `to`; a response on `on` that begins with a key of `answers` sets that entry's parameters."""

    to: str
    hex: str
    on: str
    answers: dict[str, dict[str, float]]
    timeout_ms: Milliseconds = 2000.0
    optional: bool = False


class Read(Strict, frozen=True, kw_only=True, tag_field="do", tag="read"):
    """Read the alias `of` once and treat the value like a notification."""

    of: str
    optional: bool = False


Step: TypeAlias = Subscribe | Write | Read | Ask


class Command(Strict, frozen=True, kw_only=True):
    """`[command.x]`: a write that the device is known to understand; it is not sent automatically."""

    to: str
    hex: str
    title: str
    append_ascii: str = ""


class FullScale(Strict, frozen=True, kw_only=True):
    """A scale that depends on a range parameter: one count is `param / counts` units."""

    param: str
    counts: Annotated[float, msgspec.Meta(gt=0)]


class Field(Strict, frozen=True, kw_only=True):
    """One field, in wire order. The decoded value is raw * scale + bias, in `unit`.

    null       raw value(s) that mean "not available"
    if_bit     present only if this bit of the field `flags` is set; `unless_bit`: only if it is clear
    range      range allowed by the format, in `unit`; outside it the packet is rejected or the value null, by `outside`
    quantity   quantity it provides (a list for `count` > 1), converted to its canonical unit
    plausible  range that a runner can produce, canonical unit; outside it the quantity is null (the field is kept)
    disputed_type  a shorter type used by other software; packets whose length only fits that are rejected
    at         fixed offset in bytes, to read bytes again in another way; does not affect the following fields
    shift, width  the value is `width` bits of raw from bit `shift` on
    names      raw value -> word; any other value is null
    steps      [from, value], highest first: the value is that of the first `from` <= raw * scale + bias, else 0
    """

    name: str
    type: WireType
    count: Several | Literal["rest"] = 1
    scale: float = 1.0
    bias: float = 0.0
    full_scale: FullScale | None = None
    null: int | list[int] | None = None
    if_bit: Bit | None = None
    unless_bit: Bit | None = None
    unit: str = ""
    range: tuple[float, float] | None = None
    outside: Literal["error", "null"] = "error"
    quantity: Quantity | list[Quantity] | None = None
    plausible: tuple[float, float] | None = None
    disputed_type: WireType | None = None
    at: Natural | None = None
    shift: Bit = 0
    width: Bits | None = None
    names: dict[str, str] = {}
    steps: list[tuple[float, float]] = []

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantities that this field provides, in order."""
        if self.quantity is None:
            return ()
        return tuple(self.quantity) if isinstance(self.quantity, list) else (self.quantity,)

    @property
    def nulls(self) -> tuple[int, ...]:
        """The raw values that mean "not available"."""
        if self.null is None:
            return ()
        return tuple(self.null) if isinstance(self.null, list) else (self.null,)


class Samples(Strict, frozen=True, kw_only=True):
    """`count` samples (a number, the name of a field, or "rest") from byte `at` on.

    planar  all values of the first field, then all of the second, instead of sample by sample
    """

    at: Natural
    count: Several | str
    fields: list[Field]
    planar: bool = False


class When(Strict, frozen=True, kw_only=True):
    """Bytes that select this stream among those of one characteristic.

    hex     the bytes from byte `at` on, one or several alternatives; empty = anything
    mask    bits of those bytes to compare
    length  total length in bytes
    """

    hex: str | list[str] = ""
    at: Natural = 0
    mask: str | None = None
    length: Natural | None = None

    @property
    def alternatives(self) -> tuple[bytes, ...]:
        """The bytes to compare with."""
        return tuple(map(bytes.fromhex, [self.hex] if isinstance(self.hex, str) else self.hex))


class Frame(Strict, frozen=True, kw_only=True):
    """`[frame.x]`: how the notifications of a characteristic are divided into frames; by default each is one.

    resync         frames of `length` bytes that begin with one of `heads`; a notification has several or parts of them
    movesense_gsp  a DATA packet and, if it is incomplete, the following DATA_PART2 with the same reference
    """

    kind: Literal["resync", "movesense_gsp"]
    heads: list[str] = []
    length: Natural = 0


class Time(Strict, frozen=True, kw_only=True):
    """The source of the sample times. `refers_to`: the sample of a packet to which the device's timestamp belongs."""

    source: Literal["host", "device"]
    field: str | None = None
    unit: Literal["ns", "us", "ms", "s"] = "us"
    wrap_bits: Bits = 32
    refers_to: Literal["first", "last"] = "first"


class Sequence(Strict, frozen=True, kw_only=True):
    """A counter that reveals loss: it counts samples, including lost ones."""

    field: str
    bits: Bits


class Stream(Strict, frozen=True, kw_only=True, rename={"source": "from"}):
    """`[stream.x]`: how notifications of the alias `from` are decoded (without gatt, `from` repeats the transport).

    nominal_hz  notifications per second in normal use, 0 = irregular (no watchdog)
    steady      always notifies at nominal_hz, so that silence means loss; omit it for a device that notifies on
                change or goes to sleep
    decoder     module of drivers.decoders that interprets the fields
    on_short    a packet shorter than its flags state: reject it ("error"), or keep the complete fields ("stop")
    on_long     a packet longer than its flags state: reject it ("error"), or ignore the rest ("stop")
    bits        names for bits of the field `flags`
    frame       the [frame.x] that divides its notifications into frames
    learns_from alias whose packets configure the decoder (e.g. a factor in the response to the start command)
    """

    source: str
    nominal_hz: Hertz
    steady: bool = False
    fields: list[Field]
    decoder: str = "fields"
    when: When | None = None
    samples: Samples | None = None
    bits: dict[str, Bit] = {}
    endian: Literal["little", "big"] = "little"
    on_short: Literal["error", "stop"] = "error"
    on_long: Literal["error", "stop"] = "error"
    time: Time = Time(source="host")
    sequence: Sequence | None = None
    frame: str | None = None
    learns_from: str | None = None


class Semantics(Strict, frozen=True, kw_only=True):
    """What SIG values count: the specification says strides, treadmills count steps (auto: detected from the data)."""

    cadence_unit: Literal["strides", "steps", "auto"] = "auto"
    stride_length_unit: Literal["stride", "step", "auto"] = "auto"


class Example(Strict, frozen=True, kw_only=True):
    """`[[examples]]`: bytes and what they must decode to.

    hex        one notification, or several in order
    expect     decoded fields by name, or the samples of a field, one row each; only listed names are compared
    samples    decoded samples in canonical units, one row per sample
    tolerance  absolute, for every number; without it 9 digits must agree
    learn      packets of `learns_from` received before
    absent     names of fields that must not be in the packet
    params     parameters that differ from their defaults
    error      the packet must be rejected
    source     where the bytes come from
    """

    stream: str
    hex: str | list[str]
    source: str
    expect: dict[str, Scalar | list[Scalar | list[float]]] = {}
    tolerance: float = 0.0
    learn: list[str] = []
    absent: list[str] = []
    samples: list[list[float]] = []
    params: dict[str, float] = {}
    error: bool = False


class Profile(Strict, frozen=True, kw_only=True):
    """One device: the complete TOML. Once loaded by the catalogue, parents are merged and UUIDs are in 128-bit form."""

    schema: int
    profile: ProfileHeader
    match: list[Match] = []
    gatt: dict[str, Characteristic] = {}
    link: Link = Link()
    param: dict[str, Param] = {}
    start: list[Step] = []
    stop: list[Step] = []
    command: dict[str, Command] = {}
    frame: dict[str, Frame] = {}
    stream: dict[str, Stream] = {}
    semantics: Semantics = Semantics()
    examples: list[Example] = []

    @property
    def id(self) -> str:
        """The profile's id, which is the stem of its file name."""
        return self.profile.id

    def streams_of(self, alias: str) -> dict[str, Stream]:
        """Return the streams of one characteristic by name, in file order."""
        return {name: stream for name, stream in self.stream.items() if stream.source == alias}

    def default_params(self) -> dict[str, float]:
        """Return the default of every parameter that does not follow another one."""
        return {name: param.default for name, param in self.param.items() if param.default is not None}

    def nominal_hz(self, alias: str) -> float:
        """Return the expected notifications per second of one characteristic; 0 = none expected."""
        return max((stream.nominal_hz for stream in self.streams_of(alias).values()), default=0.0)
