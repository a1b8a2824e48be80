"""Where nodes meet the real world: HTTP, files, clocks, processes. Nothing else imports these."""
