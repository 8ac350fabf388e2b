"""Intuit's consent page; knows no token."""

from __future__ import annotations

from urllib.parse import urlencode

from qbo_emulator.messages import HTML, Request, Response
from qbo_emulator.pages.html import document, text
from qbo_emulator.world.world import World


def page(world: World, request: Request) -> Response:
    """One form with two buttons; a client without a browser posts decision=allow to the same address."""
    scopes = "".join(f"<li>{text(scope)}</li>" for scope in request.query.get("scope", "").split())
    options = "".join(
        f"<option value='{text(realm)}'>{text(company.get('CompanyInfo', '1')['CompanyName'])} ({text(realm)})</option>"  # type: ignore[index]
        for realm, company in world.companies.items()
    )
    content = (
        f'<section><form method="post" action="/connect/oauth2?{text(urlencode(dict(request.query)))}">'
        f"<p>The application <b>{text(request.query['client_id'])}</b> asks for access to your company.</p>"
        f"<ul>{scopes}</ul><label>Company<select name=realm_id>{options}</select></label>"
        '<div class="row"><button class="go" name="decision" value="allow">Connect</button>'
        '<button class="stop" name="decision" value="refuse">No, thanks</button></div></form></section>'
    )
    return Response(
        200,
        document("Connect to QuickBooks", content, subtitle="World: nothing leaves this machine"),
        HTML,
    )


def refused(why: str) -> Response:
    content = f'<section class="note bad"><p>{text(why)}</p></section>'
    return Response(400, document("The connection cannot be made", content), HTML)
