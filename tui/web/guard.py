"""Access control for the page: a token, the right Host, the right Origin, and a limit on viewers.

Any web page can make a browser send requests to this machine, and whoever reaches the websocket can press keys. So
every request needs the token; the Host must be an address or a name of this machine (against DNS rebinding, where a
foreign name points here); and a websocket must be opened by our own page.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web

MAX_VIEWERS = 3
"""Each viewer has a dashboard process of their own: 70 MB and a tenth of a core (docs/dashboard-costs.md)."""
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


def cookie_name(host: str) -> str:
    """Return the cookie's name, which includes the port: browsers share cookies across ports, but tokens differ."""
    port = host.rpartition(":")[2]
    return f"stridecue_token_{port if port.isdecimal() else 80}"


class Guard:
    """Middleware that checks every request; `names`: the host names of this machine, without port."""

    def __init__(self, token: str, names: frozenset[str], max_viewers: int = MAX_VIEWERS) -> None:
        self.viewers = 0
        self._token = token.encode()
        self._names = names
        self._max_viewers = max_viewers

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Pass a request to `handler`; raises an HTTP error that explains a refusal."""
        if not self._is_own_host(request.host):
            raise web.HTTPForbidden(text="This is not a name of this machine: use its address instead.")
        given = request.query.get("token")
        if not self._token_matches(given if given is not None else request.cookies.get(cookie_name(request.host), "")):
            raise web.HTTPUnauthorized(
                text="Use the whole address: `stridecue watch --serve` printed it, or the key w shows it."
            )
        if given is not None:
            # Redirect to the address without the token, which must not be seen on a screen or kept in a history.
            redirect = web.HTTPSeeOther(request.path)
            # Lax, not Strict: for the browser, the file that we redirect from is another site.
            redirect.set_cookie(cookie_name(request.host), given, httponly=True, samesite="Lax")
            return redirect
        if request.path == "/ws":
            return await self._watch(request, handler)
        response = await handler(request)
        response.headers.update(_HEADERS)
        return response

    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Origin") != f"{request.scheme}://{request.host}":
            raise web.HTTPForbidden(text="This connection was not opened by the dashboard's own page.")
        if self.viewers >= self._max_viewers:
            raise web.HTTPServiceUnavailable(text=f"{self.viewers} people are watching already, which is the maximum.")
        self.viewers += 1
        try:
            return await handler(request)
        finally:
            self.viewers -= 1

    def _token_matches(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token)

    def _is_own_host(self, host: str) -> bool:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        name = name.strip("[]").lower()
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
