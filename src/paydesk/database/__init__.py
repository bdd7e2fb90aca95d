"""How we use the database: what differs between SQLite and PostgreSQL is asked here, once."""
