"""`python -m chaos.proxy`."""

import sys

from chaos.proxy.command import main

sys.exit(main())
