"""Notices are reported when they are new and when they are over; others read the permitted ones only."""

from __future__ import annotations

import msgspec

from hub.contract.examples import EXAMPLES
from hub.flow.notices import Notices
from hub.messages.wire import SessionMessage
from hub.run.outlets import as_others_read


def test_a_notice_is_reported_when_new_and_when_over() -> None:
    told: list[str] = []
    notices = Notices(told.append)
    put = notices.about("recording", "recording again")
    for text in ("3 items lost", "9 items lost", "", ""):
        put(text)
    assert told == ["3 items lost", "recording again"]
    assert notices.text is None
    notices.put("imu", "it sends what nobody can read")
    notices.put("imu", "")
    assert told[-1] == "over: it sends what nobody can read"
    put("disk full")
    notices.put("radio", "slow")
    assert notices.text == "disk full; slow"


def test_others_read_what_is_not_measured_but_nothing_about_files_history_or_brokers() -> None:
    notices = Notices(lambda _text: None)
    notices.put("history", "the history cannot be written (/home/ann/history.sqlite: database is locked)")
    notices.put("external broker", "the external broker 10.0.0.1:1883 cannot be reached")
    assert notices.for_others is None
    notices.put("recording", "not recording: cannot write to /home/ann/run.mcap")
    notices.put("missing", "no hip sensor is streaming: hip drop is not measured")
    session = EXAMPLES["session"]
    assert isinstance(session, SessionMessage)
    told = as_others_read(notices, msgspec.structs.replace(session, notice=notices.text))
    assert isinstance(told, SessionMessage)
    assert told.notice == "this run is not recorded as a whole; no hip sensor is streaming: hip drop is not measured"
    late = as_others_read(notices, msgspec.structs.replace(session, notice=notices.text, late=True))
    assert isinstance(late, SessionMessage)
    assert late.notice is None
