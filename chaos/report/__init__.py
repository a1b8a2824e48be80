"""What a run has shown, for people: in one line, and as a page."""
