"""JSON objects, as QuickBooks sends and takes them and as we store them; pure.

Their values are `Any`, because only who reads a field knows what QuickBooks keeps there, and must expect anything else.
"""

from collections.abc import Mapping
from typing import Any

# One that we make, and may still change.
JsonObject = dict[str, Any]
# One that is only read.
JsonMapping = Mapping[str, Any]
# One record of QuickBooks: an invoice, a customer, an entry of a list.
Row = JsonMapping
