"""How one talks to the company: an API with a key, pages for people, and a control API for demos and tests."""
