"""Another e-mail address for a customer: asked for, proved, told to the old one, and undone."""
