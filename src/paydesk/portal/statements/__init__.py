"""The yearly statement, for the screen and for paper."""
