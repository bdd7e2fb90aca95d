"""The pages of sessions: where somebody is signed in, ending those, signing out."""
