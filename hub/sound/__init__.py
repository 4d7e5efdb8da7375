"""Sound without a screen: tones, a metronome, speech, the mixer and where it plays. `hub.sinks.sound` uses it."""
