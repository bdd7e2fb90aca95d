"""Ground: plain Python that every floor may stand on; no tables, no Django."""
