"""The pages of signing in: ask, type the code, open the link."""
