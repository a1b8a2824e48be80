"""Texts of lines: what two people made of one, put together."""
