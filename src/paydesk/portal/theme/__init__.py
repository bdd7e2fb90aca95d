"""What a portal looks like: its stylesheet, logo and icon."""
