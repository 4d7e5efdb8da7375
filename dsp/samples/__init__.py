"""Samples as they are handed on: gapless, averaged, cut in chunks, and the last seconds of them."""
