"""Later: rows with a due time, claimed by lease and fencing token. One mechanism for all that happens on its own."""
