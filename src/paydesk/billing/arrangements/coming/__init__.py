"""What is still to come of an agreement: seen, moved, skipped, paused, ended; each with a look ahead."""
