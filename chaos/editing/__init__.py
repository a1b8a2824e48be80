"""`./lab edit`: a page on which people edit one text together, each on a device behind a link of its own."""
