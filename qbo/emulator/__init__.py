"""A QuickBooks Online company on this machine; nothing of the product that talks to it."""

from qbo.emulator.emulator import Emulator
from qbo.emulator.messages import Request, Response

__all__ = ["Emulator", "Request", "Response"]
