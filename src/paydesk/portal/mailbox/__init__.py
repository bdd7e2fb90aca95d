"""The demo's mailbox: every letter that would have been sent."""
