"""Read a logo from a file of staff, make it safe and small, and keep it. Only commands come here, never a page."""
