"""What the lab's own pages share: who is let in, what a page may load, and a server."""
