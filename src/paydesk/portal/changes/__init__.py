"""Changing what is still to come of an agreement: choose, see what it will look like, press, read what was done."""
