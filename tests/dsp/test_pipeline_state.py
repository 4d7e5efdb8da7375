"""A saved state of the pipeline carries its version, and one of another version is refused."""

from __future__ import annotations

import pytest

from dsp import pipeline as module
from dsp.pipeline import STATE_VERSION, Pipeline
from dsp.records import Step
from dsp.signals import Placement
from tests.dsp.synthetic import blocks_of, make


def test_a_state_of_another_version_is_refused_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = blocks_of(make(seconds=14.0), [Placement.SACRUM], 50)
    before, half = Pipeline(), len(blocks) // 2
    for block in blocks[:half]:
        before.update(block)
    with monkeypatch.context() as older:
        older.setattr(module, "STATE_VERSION", STATE_VERSION - 1)
        old = before.state()
    undisturbed, after = Pipeline(), Pipeline()
    for block in blocks[:half]:
        assert undisturbed.update(block) == after.update(block)
    with pytest.raises(ValueError, match=f"only version {STATE_VERSION} can be restored"):
        after.restore(old)
    rest = [[record for block in blocks[half:] for record in each.update(block)] for each in (undisturbed, after)]
    assert rest[0] == rest[1]
    assert sum(isinstance(record, Step) for record in rest[0]) > 10


def test_a_state_without_a_version_is_refused() -> None:
    with pytest.raises(ValueError, match="of version unknown, and only version"):
        Pipeline().restore({"stages": {}})
