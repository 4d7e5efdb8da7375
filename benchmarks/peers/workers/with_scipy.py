"""`scipy.signal.find_peaks` on the zero-lag low-passed vertical: what most people try first."""

from __future__ import annotations

from scipy.signal import butter, find_peaks, sosfiltfilt

from benchmarks.peers.workers.loop import Entry, Feed, G, answer

CUTOFF_HZ, APART_S, PROMINENCE_G = 5.0, 0.2, 0.2


def peaks(feed: Feed) -> list[float]:
    """Return the times in s of the peaks of the vertical."""
    low = butter(4, CUTOFF_HZ, fs=feed.rate_hz, output="sos")
    vertical = sosfiltfilt(low, feed.sensors["hip"][:, 2] / G)
    found, _ = find_peaks(vertical, distance=int(APART_S * feed.rate_hz), prominence=PROMINENCE_G)
    return [float(t) for t in feed.t_s[found]]


if __name__ == "__main__":
    answer({"scipy find_peaks": Entry(peaks, ("hip",))})
