"""What a real company would never offer: faults on demand, webhooks gone wrong, and history made up in bulk."""
