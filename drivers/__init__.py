"""Turn sensor bytes into sample blocks: radio, supervision, decoders, timing, recordings, replay, virtual sensors."""
