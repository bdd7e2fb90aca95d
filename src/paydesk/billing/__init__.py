"""The domain, bottom up: who pays, how, for what, under which agreement, what was paid, and the proof."""
