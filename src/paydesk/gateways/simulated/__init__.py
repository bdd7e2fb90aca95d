"""The simulated payment company, in its two kinds of account: one that collects, and one that only charges."""
