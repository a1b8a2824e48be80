"""Who holds which keys together."""
