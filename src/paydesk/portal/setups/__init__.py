"""Entering a new card: at the company's page or in its fields, then back to what was to be paid."""
