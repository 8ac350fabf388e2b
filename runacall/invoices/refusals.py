"""What the business refuses to do, in words for the person who asked; knows no page."""


class Refused(Exception):
    """An operation that the state of the record forbids. Its text is meant to be read by staff."""


class InvoiceLocked(Refused):
    """An edit of an invoice that has a payment, is void or is deleted."""


class TransitionRefused(Refused):
    """A status that does not follow from the present one."""


class PaymentRefused(Refused):
    """A payment that the invoice cannot take."""
