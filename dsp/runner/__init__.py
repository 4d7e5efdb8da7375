"""The runner: earlier runs, retraining plan, today's exposure and caps, and triage of pain reports."""
