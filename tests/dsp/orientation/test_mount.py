"""Mounts given in words."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.orientation.mount import Mount


def test_axes_are_read_as_forward_left_up():
    mount = Mount.from_axes("-y +x".replace(" ", "") + "+z")
    assert mount.forward == (0.0, -1.0, 0.0)
    assert mount.left == (1.0, 0.0, 0.0)
    assert mount.up == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("text", ["", "+x+y", "+x+x+z", "xyz", "+x+y+q", "+x-y+z", "+x+y+z+x"])
def test_what_is_no_mount_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match="mount"):
        Mount.from_axes(text)


def test_standing_levels_a_given_mount():
    mount = Mount.from_axes("+x+y+z").levelled((0.0, 0.98, 9.75))
    assert np.dot(mount.left, (0.0, 0.98, 9.75)) == pytest.approx(0.0, abs=1e-9)
    assert mount.level
    assert np.linalg.norm(mount.forward) == pytest.approx(1.0)
