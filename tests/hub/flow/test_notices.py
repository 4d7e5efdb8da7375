"""What the runner should know is told when it is new, and when it is over."""

from __future__ import annotations

from hub.flow.notices import Notices


def test_a_notice_is_told_when_it_is_new_and_when_it_is_over():
    told: list[str] = []
    notices = Notices(told.append)
    put = notices.about("recording")
    for text in ("3 items lost", "9 items lost", "", ""):
        put(text)
    assert told == ["3 items lost", "recording: all is well again"]
    assert notices.text is None
    put("disk full")
    notices.put("radio", "slow")
    assert notices.text == "disk full; slow"
