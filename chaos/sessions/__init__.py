"""From a task to its folder and its page; in virtual time, a run as a pure function of its seed."""
