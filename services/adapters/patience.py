"""How long a node waits for whoever has connected, and for how many of them; the same for HTTP and frames."""

REQUEST_DEADLINE_S = 5.0  # from the first byte of a request to its last
KEPT_OPEN_S = 60.0  # a connection on which nothing happens
KEEP_ALIVE_S = 15.0  # the same for whoever has opened it: so much sooner that no request meets a closing door
MOST_CONNECTIONS = 2000
