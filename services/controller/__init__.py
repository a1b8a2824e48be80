"""The shell of the controller: its family says what it decides, and some families need no controller."""
