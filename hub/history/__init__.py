"""The history: earlier runs, pain and the plan in one SQLite file, which never leaves this machine."""
