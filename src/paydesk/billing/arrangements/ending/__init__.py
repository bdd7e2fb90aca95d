"""How something ends: when it may, why it did, and a date that is kept here where its company cannot keep it."""
