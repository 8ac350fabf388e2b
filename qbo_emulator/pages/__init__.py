"""The pages that a person sees; they use the same operations as the control endpoint."""

from qbo_emulator.pages.routes import handle

__all__ = ["handle"]
