"""Keys that a calendar program keeps: secret addresses that show what is to come, and nothing else."""
