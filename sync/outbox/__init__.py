"""From a change of a record to an open sync event."""
