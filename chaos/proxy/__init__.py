"""The embedded link proxy: Toxiproxy's API and toxics in one process, every random draw from a seed.

It stands in for the Go server where there are no containers. Clients of Toxiproxy drive either.
`chaos.proxy.command.run(Options(...))` runs it, as does `python -m chaos.proxy`.

From the outside in: `command` the program, `api` and `handlers` the HTTP side, `collection` the proxies
by name, `proxy` one of them, `connection` one client on it, `endpoint` its sockets, `pipe` one direction
of it, `toxics` what is done to the bytes on the way.
"""
