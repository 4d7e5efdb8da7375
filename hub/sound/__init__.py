"""Sound: tones, metronome, speech, mixer and audio outputs, used by `hub.sinks.sound`."""
