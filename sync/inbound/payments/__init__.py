"""Payments as QuickBooks has them: taken in, followed, or asked about."""
