"""Answering reads: from the own copy, as soon as it may be shown, never older than the reader may bear."""
