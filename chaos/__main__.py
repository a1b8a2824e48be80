"""`python -m chaos`, which is what `./lab` runs."""

import sys

from chaos.cli import main

sys.exit(main())
