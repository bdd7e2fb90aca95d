"""All that a merchant decides, in one file that can be kept under version control."""
