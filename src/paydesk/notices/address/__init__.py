"""The letters of a change of address."""
