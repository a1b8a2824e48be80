"""Where a run is recorded: the history, the samples, what was overheard, and the folder that keeps it all."""
