"""A QuickBooks Online company on this machine; shares no code with the product that talks to it."""

from qbo_emulator.messages import Request, Response
from qbo_emulator.router import Emulator

__all__ = ["Emulator", "Request", "Response"]
