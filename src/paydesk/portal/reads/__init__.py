"""What the pages read: one file for each page, few queries, rows as named tuples."""
