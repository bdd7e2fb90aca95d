"""Who is at the door: asking, links, codes, sessions, tickets and limits."""
