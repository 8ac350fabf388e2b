"""`python -m qbo.emulator`: the emulator without Django."""

import sys

from qbo.emulator.cli import main

sys.exit(main())
