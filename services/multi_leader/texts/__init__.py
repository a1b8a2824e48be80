"""Texts of lines: merging what two people made of the same text."""
