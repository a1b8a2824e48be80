"""One story a file; `./lab list` shows them, and each runs as a script too."""
