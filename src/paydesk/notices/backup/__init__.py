"""The letter about a backup that was tried."""
