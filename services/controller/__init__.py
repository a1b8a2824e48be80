"""The shell of the controller: what it decides is its family's, and some families need nobody who decides."""
