"""Recording a run: the history, the samples, the overheard messages, and the folder that keeps it all."""
