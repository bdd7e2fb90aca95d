"""Reconciling: reading again what may have changed unheard of, and comparing a whole connection with the books."""
