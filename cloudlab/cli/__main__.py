"""`python -m cloudlab.cli` is `cloudlab`."""

import sys

from cloudlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
