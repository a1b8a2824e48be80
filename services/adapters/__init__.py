"""Where nodes meet the real world: sockets, files, clocks, processes. Nothing else imports these."""
