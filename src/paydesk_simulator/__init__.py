"""The payment company that does not exist: a server of its own for the demo, the tests and the drills."""
