"""The chapter's ways of keeping copies alike, one folder or file each."""
