"""Who may look: a token, the right Host, the right Origin, and not too many at once.

A web page anywhere can make a browser send requests to this machine, and what reaches the websocket can press keys. So
the token is asked for everything; the Host must be an address or a name of ours (a name of somebody else's that points
here is how a foreign page gets in); a websocket must come from our own page.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web

MOST_VIEWERS = 3
"""Each viewer is a dashboard of its own: 70 MB and a tenth of a core (docs/dashboard-costs.md)."""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def cookie_of(host: str) -> str:
    """Name the cookie by the port: browsers keep one jar for all ports of a machine, and each port has its token."""
    port = host.rpartition(":")[2]
    return f"stridecue_token_{port if port.isdecimal() else 80}"


class Guard:
    """Stands before every request; `names` are host names, without port, that are ours."""

    def __init__(self, token: str, names: frozenset[str], most_viewers: int = MOST_VIEWERS) -> None:
        self.viewers = 0
        self._token = token.encode()
        self._names = names
        self._most_viewers = most_viewers

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request pass, or refuse it in words."""
        if not self._ours(request.host):
            raise web.HTTPForbidden(text="This name is not one of this machine's: use its address.")
        given = request.query.get("token")
        if not self._fits(given if given is not None else request.cookies.get(cookie_of(request.host), "")):
            raise web.HTTPUnauthorized(
                text="Use the whole address: `stridecue watch --serve` printed it, or the key w shows it."
            )
        if given is not None:
            # The address without the token: it is not to be read over a shoulder or kept in a history.
            found = web.HTTPSeeOther(request.path)
            # Lax, not Strict: a file of ours that a browser is sent to comes from elsewhere in its eyes.
            found.set_cookie(cookie_of(request.host), given, httponly=True, samesite="Lax")
            return found
        if request.path == "/ws":
            return await self._watch(request, handler)
        response = await handler(request)
        response.headers.update(_HEADERS)
        return response

    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Origin") != f"{request.scheme}://{request.host}":
            raise web.HTTPForbidden(text="Not from our own page.")
        if self.viewers >= self._most_viewers:
            raise web.HTTPServiceUnavailable(
                text=f"{self.viewers} are watching already, which is as many as there may be."
            )
        self.viewers += 1
        try:
            return await handler(request)
        finally:
            self.viewers -= 1

    def _fits(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token)

    def _ours(self, host: str) -> bool:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        name = name.strip("[]").lower()
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
