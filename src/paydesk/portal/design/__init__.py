"""A page of all components in all their states, for whoever changes how the portal looks; on loopback alone."""
