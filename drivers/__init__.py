"""Bytes to blocks: radio, supervisors, decoders, clock recovery, recordings, replay and virtual sensors."""
