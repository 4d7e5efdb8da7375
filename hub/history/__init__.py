"""What this machine keeps of earlier runs, pain and the plan: one SQLite file. Nothing of it leaves the machine."""
