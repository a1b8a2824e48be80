"""The one world in which tests try nodes without processes: simulated machines, in virtual time.

`World` is a whole cluster of real nodes; links can be cut, nodes killed and started on what their disks have
kept, and a test may look inside a node or work on its loop. `Peers` is the network of one node alone, whose
peers answer as they are told. Both are made in a test that is `@simulated`: there nobody waits for real, and
the same happens every time.
"""
