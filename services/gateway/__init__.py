"""The clients' door: who leads, who may answer a read, and what to say when nobody answers."""
