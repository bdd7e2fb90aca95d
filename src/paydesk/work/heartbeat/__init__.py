"""A number that grows in the database and is remembered outside of it: one that went back tells of a restore."""
