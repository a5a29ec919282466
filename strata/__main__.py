"""`python -m strata` is the same as `strata`."""

import sys

from strata.cli import main

sys.exit(main())
