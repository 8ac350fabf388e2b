"""`python -m qbo_emulator`: the emulator without Django."""

import sys

from qbo_emulator.cli import main

sys.exit(main())
