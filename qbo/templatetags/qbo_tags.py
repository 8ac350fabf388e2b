"""What qbo's pages and others' show of the catalogue."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from qbo.places import linked

register = template.Library()


@register.filter
def page_links(text: str) -> SafeString:
    """A remedy with the settings pages that it names as links."""
    return linked(text)
