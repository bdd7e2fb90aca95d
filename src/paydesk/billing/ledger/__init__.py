"""The books: append-only balanced entries, written in the transaction that settles."""
