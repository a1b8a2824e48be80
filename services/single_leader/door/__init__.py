"""The family's part of a gateway: who leads, who may answer a read, and what to say when none answers."""
