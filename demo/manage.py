"""`python -m demo.manage COMMAND`: a command of the project against the demo's database."""

import os
import sys

from demo.places import PERSONS

if __name__ == "__main__":
    os.environ.update(PERSONS.environment(os.environ.get("QBO_EMULATOR_URL", "http://127.0.0.1:8100")))

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
