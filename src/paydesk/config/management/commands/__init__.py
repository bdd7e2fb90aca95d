"""One file a command: `paydesk NAME`."""
