"""From our documents to QuickBooks and back: names, mappings, payloads, preflight, comparing."""
