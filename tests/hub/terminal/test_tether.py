"""The tether also passes the child a message that nobody else can read."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from hub.terminal.tether import MAXIMUM_BYTES, Tether, parent_message, when_parent_ends

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pipe is inherited there")


@pytest.mark.parametrize(
    ("said", "heard"),
    [("", ""), ("4 of 10, «Knie»", "4 of 10, «Knie»"), ("a\x00b", "a\x00b"), ("ö" * 5000, "ö" * (MAXIMUM_BYTES // 2))],
    ids=["nothing", "words", "zero byte", "too much"],
)
async def test_the_message_can_be_read_once_before_anything_else(said: str, heard: str) -> None:
    tether, ended = Tether(said), asyncio.Event()
    (own,) = tether.descriptors
    childs = os.dup(own)
    tether.tied()
    try:
        assert parent_message(childs) == heard
        assert parent_message(childs) == ""
        when_parent_ends(childs, ended.set)
        await asyncio.sleep(0)
        assert not ended.is_set()
        tether.cut()
        async with asyncio.timeout(10):
            await ended.wait()
        assert parent_message(childs) == ""
    finally:
        asyncio.get_running_loop().remove_reader(childs)
        os.close(childs)
