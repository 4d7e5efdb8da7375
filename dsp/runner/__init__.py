"""What is known of the runner: earlier runs, the plan, today's exposure and caps, what a pain means."""
