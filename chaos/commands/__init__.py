"""The commands of `./lab`, one file each. What is heavy is imported when a command runs, not before."""
