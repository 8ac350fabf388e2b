"""Downloads from the sync log: what it shows as CSV or JSON, and the support bundle."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from runacall import clock
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import VisitorRequest
from runacall.organizations.models import Ability, Organization
from sync.log.export import FORMATS, Export
from sync.log.filters import SyncEventFilter, given, log_of
from sync.log.support_bundle import support_bundle
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@require_GET
@never_cache
@login_required(login_url="admin:login")
def export_log(request: VisitorRequest, file_format: str) -> HttpResponseBase:
    """The events that the query string selects, as a download; `?bom=0` leaves out Excel's mark."""
    organization = _admitted(request)
    if file_format not in FORMATS:
        raise Http404
    events, wrong = _chosen(request)
    if wrong:
        return HttpResponse(wrong, status=400, content_type="text/plain; charset=utf-8")
    export = Export(organization, events, clock.now(), dict(given(request.GET).lists()))
    pieces = export.pieces(file_format, byte_order_mark=request.GET.get("bom") != "0")
    answer = StreamingHttpResponse((piece.encode() for piece in pieces), content_type=CONTENT_TYPES[file_format])
    return _as_download(answer, export.file_name(file_format))


@require_GET
@never_cache
@login_required(login_url="admin:login")
def support_bundle_of_log(request: VisitorRequest) -> HttpResponseBase:
    """The bundle of the events that the query string selects."""
    organization = _admitted(request)
    events, wrong = _chosen(request)
    if wrong:
        return HttpResponse(wrong, status=400, content_type="text/plain; charset=utf-8")
    return _bundle(request, organization, events)


@require_GET
@never_cache
@login_required(login_url="admin:login")
def support_bundle_of_event(request: VisitorRequest, event_id: int) -> HttpResponseBase:
    """The bundle of one event; 404 for another organization's."""
    organization = _admitted(request)
    events = SyncEvent.objects.for_organization(organization).filter(pk=event_id)
    if not events.exists():
        raise Http404
    return _bundle(request, organization, events)


def _bundle(request: VisitorRequest, organization: Organization, events: SyncEventQuerySet) -> HttpResponseBase:
    bundle = support_bundle(organization, events, at=clock.now())
    return _as_download(HttpResponse(bundle.as_zip(), content_type="application/zip"), bundle.file_name("zip"))


def _admitted(request: VisitorRequest) -> Organization:
    """The organization whose log the person (Owner, Admin, our support) may read. Raises PermissionDenied."""
    if request.organization is None:
        raise Http404
    is_support = request.membership is None and request.user.is_superuser
    if not is_support and not role_allows(request, Ability.MANAGE_QUICKBOOKS):
        raise PermissionDenied
    return request.organization


def _chosen(request: VisitorRequest) -> tuple[SyncEventQuerySet, str]:
    """The events that the query string selects, and what is wrong with it, if anything."""
    log = log_of(request.organization, request.GET)
    filterset = SyncEventFilter(request.GET, queryset=log, request=request)
    if filterset.is_valid():
        return filterset.qs, ""
    wrong = [f"{name}: {' '.join(texts)}" for name, texts in filterset.errors.items()]
    return log.none(), "\n".join(wrong)


def _as_download(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
