"""Open the radio that the user named: `platform`, `virtual` or `bumble:TRANSPORT`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from drivers.errors import RadioError

if TYPE_CHECKING:
    from drivers.radio.facade import Radio
    from drivers.virtual.runner import VirtualRunner

PLATFORM, VIRTUAL, BUMBLE = "platform", "virtual", "bumble:"


def check_radio(text: str) -> None:
    """Raise ValueError, with the valid choices, for a text that names no radio."""
    if text not in {PLATFORM, VIRTUAL} and not (text.startswith(BUMBLE) and len(text) > len(BUMBLE)):
        raise ValueError(
            f"no radio {text!r}: write `platform`, `virtual`, or `bumble:TRANSPORT` with one of Bumble's transports "
            "(bumble:usb:0, bumble:serial:/dev/ttyACM0, bumble:tcp-client:127.0.0.1:9000)"
        )


@asynccontextmanager
async def open_radio(
    text: str, runner: VirtualRunner | None = None, *, max_connections: int | None = None
) -> AsyncIterator[Radio]:
    """Start the radio, and stop it at the end. `virtual` comes with the default sensors of `runner`.

    max_connections  links the adapter supports; None: as many as common adapters

    A Bluetooth stack is imported only here. Raises ValueError for an invalid text, RadioError if a package is not
    installed, AdapterDownError if there is no adapter.
    """
    check_radio(text)
    if text == VIRTUAL:
        try:
            from drivers.virtual.lab import VirtualLab
            from drivers.virtual.runner import VirtualRunner
        except ImportError as error:
            raise RadioError(
                f"radio virtual: Bumble is not installed ({error}): `stridecue doctor` says how to add it"
            ) from error
        from drivers.radio.facade import MAX_CONNECTIONS

        async with VirtualLab(runner or VirtualRunner(), max_connections=max_connections or MAX_CONNECTIONS) as lab:
            yield lab.radio
        return
    from drivers.radio.bumble import BumbleProvider
    from drivers.radio.facade import MAX_CONNECTIONS, Radio
    from drivers.radio.platform import PlatformProvider

    provider = PlatformProvider() if text == PLATFORM else BumbleProvider.from_spec(text.removeprefix(BUMBLE))
    async with Radio(provider, max_connections=max_connections or MAX_CONNECTIONS) as radio:
        yield radio
