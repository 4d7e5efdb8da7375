"""Await Bumble operations safely: when a link or transport is lost, Bumble cancels whatever is pending."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from bleak.exc import BleakError, BleakGATTProtocolError
from bumble.att import ATT_Error
from bumble.core import BaseBumbleError

T = TypeVar("T")


async def until_gone(awaitable: Awaitable[T], gone: asyncio.Future[str]) -> T:
    """Await `awaitable` until `gone` is done, whose result is the reason.

    Bumble cancels a pending request from inside, which the caller would mistake for a cancellation of its own task.
    Raises BleakGATTProtocolError for an ATT error, BleakError if the link was lost or Bumble refused.
    """
    task = asyncio.ensure_future(awaitable)
    either: set[asyncio.Future[Any]] = {task, gone}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        await _ended(task)
        raise
    if not task.done() or task.cancelled():
        await _ended(task)
        raise BleakError(gone.result() if gone.done() else "the Bluetooth host dropped the request")
    try:
        return task.result()
    except ATT_Error as error:
        raise BleakGATTProtocolError(error.error_code) from error
    except BaseBumbleError as error:
        raise BleakError(str(error)) from error


async def settled(awaitable: Awaitable[T], within_s: float, on_error: Callable[[Exception], None]) -> None:
    """Await a cleanup operation for at most `within_s`, as it may never be answered; errors go to `on_error`."""
    task = asyncio.ensure_future(awaitable)
    try:
        await asyncio.wait({task}, timeout=within_s)
    finally:
        await _ended(task)
    if not task.cancelled() and isinstance(error := task.exception(), Exception):
        on_error(error)


async def _ended(task: asyncio.Future[T]) -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # retrieved, so that it is not logged: the caller raises its own error
