"""What the business refuses to do, in words for the person who asked; knows nothing about pages."""


class Refused(Exception):
    """An operation that the record's status does not allow. Its text is for staff."""


class InvoiceLocked(Refused):
    """An edit of an invoice that has a payment, is void or is deleted."""


class TransitionRefused(Refused):
    """A status that cannot follow the current one."""


class PaymentRefused(Refused):
    """A payment that the invoice cannot accept."""
