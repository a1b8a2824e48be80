"""One write in the four replication logs, byte by byte: made for real, then told in several forms.

`comparison` executes the write under each log and collects what a follower would get; `spans`, `pages` and
`wal` say which bytes are what; `terminal`, `document` and `webpage` show it. Nothing here opens a file:
whoever calls brings the disks.
"""
