"""What payment companies tell us: the inbox, the reading again, the import."""
