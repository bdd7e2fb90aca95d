"""What the portal says: one table for each kind of thing that has to be put in words."""
