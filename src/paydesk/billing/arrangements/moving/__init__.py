"""Moving a subscription to another way of paying: the new mandate first, the old one ended after the first success."""
