"""Our mirrors of a company's lists and preferences, and how they are refreshed."""
