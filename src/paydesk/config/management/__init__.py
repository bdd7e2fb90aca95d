"""Commands for whoever runs an installation; each reads its arguments and calls one verb."""
