"""Our support's looks into an organization that they do not belong to are recorded."""

from django.utils import timezone

from runacall.organizations.middleware import VisitorRequest
from sync.models import SupportLook


def record_look(request: VisitorRequest) -> None:
    """Write down who looked at what, where a superuser stands in somebody else's organization."""
    if request.organization is None or request.membership is not None or not request.user.is_superuser:
        return
    SupportLook.objects.create(
        organization=request.organization,
        by=request.user,
        at=timezone.now(),
        path=request.get_full_path()[:500],
    )
