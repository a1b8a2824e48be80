"""How long a node waits for its callers, and for how many of them; the same for HTTP and frames."""

REQUEST_DEADLINE_S = 5.0  # from the first byte of a request to its last
KEPT_OPEN_S = 60.0  # an idle connection
KEEP_ALIVE_S = 15.0  # the same on the opening side: so much sooner that no request meets a closing connection
MOST_CONNECTIONS = 2000
