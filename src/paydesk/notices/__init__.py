"""Letters to people: one file a letter, beside its templates."""
