"""gaitmap: strides by its walking template (package gaitmap_mad), contacts by Herzer or Rampp.

The template was made for walking. For running, stride borders are also taken from the ground truth, to see its event
detection at all; this is marked in the table.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
from gaitmap.event_detection import HerzerEventDetection
from gaitmap.preprocessing.sensor_alignment import PcaAlignment, align_dataset_to_gravity
from gaitmap.utils.coordinate_conversion import convert_left_foot_to_fbf, convert_right_foot_to_fbf
from gaitmap_mad.event_detection import RamppEventDetection
from gaitmap_mad.preprocessing.sensor_alignment import ForwardDirectionSignAlignment
from gaitmap_mad.stride_segmentation.dtw import BarthDtw

from benchmarks.peers.workers.loop import Entry, Feed, answer

SENSOR_COLUMNS = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
FEET = (("left_foot", "L", convert_left_foot_to_fbf), ("right_foot", "R", convert_right_foot_to_fbf))
AROUND_TOE_OFF_S = 0.08


def body_frame(feed: Feed, sensor: str, convert: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """Return one shoe in gaitmap's body axes, m/s2 and deg/s; aligned by gaitmap's own methods if the feed is not."""
    values = feed.sensors[sensor]
    data = pd.DataFrame(np.hstack([values[:, :3], np.degrees(values[:, 3:])]), columns=SENSOR_COLUMNS)
    if not feed.aligned:
        data = align_dataset_to_gravity(data, sampling_rate_hz=feed.rate_hz)
        data = PcaAlignment().align(data).aligned_data_
        data = ForwardDirectionSignAlignment().align(data, sampling_rate_hz=feed.rate_hz).aligned_data_
    return convert(data)


def template_strides(feed: Feed, data: pd.DataFrame, _side: str) -> pd.DataFrame:
    """Return the borders found by the walking template, `start` and `end` in samples."""
    return BarthDtw().segment(data, sampling_rate_hz=feed.rate_hz).stride_list_


def true_strides(feed: Feed, data: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return borders where gaitmap expects them: the lowest pitch rate before toe-off, searched near the true one."""
    rate = data["gyr_ml"].to_numpy()
    borders = []
    for _, release, foot in feed.stances:
        start, end = np.searchsorted(feed.t_s, [release - AROUND_TOE_OFF_S, release + AROUND_TOE_OFF_S])
        if foot == side and end > start:
            borders.append(start + int(np.argmin(rate[start:end])))
    pairs = [(a, b) for a, b in pairwise(borders) if 0.4 < (b - a) / feed.rate_hz < 2.0]
    return pd.DataFrame({"s_id": range(len(pairs)), "start": [a for a, _ in pairs], "end": [b for _, b in pairs]})


def contacts(strides: Callable[[Feed, pd.DataFrame, str], pd.DataFrame], detector: type) -> Callable[..., list[float]]:
    """Return a method: contacts of both feet in s, from these strides (of feed, data and side) and this detector."""

    def run(feed: Feed) -> list[float]:
        found: list[float] = []
        for sensor, side, convert in FEET:
            data = body_frame(feed, sensor, convert)
            borders = strides(feed, data, side)
            if len(borders):
                events = detector().detect(data, stride_list=borders, sampling_rate_hz=feed.rate_hz)
                at = events.segmented_event_list_["ic"].dropna().astype(int).to_numpy()
                found += feed.t_s[at[at < len(feed.t_s)]].tolist()
        return found

    return run


if __name__ == "__main__":
    answer(
        {
            "gaitmap BarthDtw + Herzer": Entry(contacts(template_strides, HerzerEventDetection), ("feet",)),
            "gaitmap BarthDtw + Rampp": Entry(contacts(template_strides, RamppEventDetection), ("feet",)),
            "gaitmap Herzer, strides from truth": Entry(contacts(true_strides, HerzerEventDetection), ("run, feet",)),
        }
    )
