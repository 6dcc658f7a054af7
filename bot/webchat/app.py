"""The web server: chat page, its turns and pictures, health and metrics.

It knows nothing of Rasa: turns go over loopback HTTP to ``bot.webchat.channel``, which runs
inside the Rasa server. So this process starts in a moment and can tell people when the rest
is away.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import httpx
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot.alerting import send_for_ever
from bot.conversations import words
from bot.conversations.replies import Reply
from bot.metrics import Queues
from bot.network.model import Network
from bot.network.picture import render_png, render_svg
from bot.safety.routes import routes_for
from bot.settings import Settings
from bot.webchat import health
from bot.webchat.guards import (
    PAGE_HEADERS,
    BodyTooLarge,
    SecurityHeaders,
    Visitors,
    is_foreign,
    read_body,
)
from bot.webchat.secret import INNER_HEADER, inner_token
from bot.webchat.wire import MAX_TEXT, WireError, check_incoming, check_turn, to_wire

if TYPE_CHECKING:
    from bot.papers.of_person import Paper

MapSvg = Callable[[str, str], "str | None"]
"""``(map_id, address)`` to the picture as SVG, or None when it is not that patient's."""

_HERE = Path(__file__).parent
_BODY_LIMIT = 64 * 1024  # bytes
_TURN_PATIENCE = 60.0  # seconds
_METRICS_PATIENCE = 3.0  # seconds; Prometheus itself waits for ten
# A drawn map carries its own styles; as a picture of its own it may, and nothing else may.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

_COPY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

TURNS = Counter("wise_webchat_turns_total", "Turns asked for by the chat page", ["outcome"])
TURN_SECONDS = Histogram(
    "wise_webchat_turn_seconds",
    "Time from a turn's arrival to its replies",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
)

RASA_UP = Gauge("wise_rasa_up", "Whether the Rasa server gave its metrics (1) or not (0)")

logger = logging.getLogger(__name__)


class _State(TypedDict):
    client: httpx.AsyncClient


def _warm_up() -> None:
    """Draw a picture that nobody sees: the first one loads fonts, which takes over a second."""
    render_png(render_svg(Network()))


def create_app(
    settings: Settings,
    *,
    map_svg: MapSvg | None = None,
    rasa_url: str = "",
    actions_url: str = "",
    extra_routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The web application.

    Args:
        settings: of this installation.
        map_svg: draws a stored map; by default ``bot.store.maps.svg_for``.
        rasa_url: base of the Rasa server; by default ``WISE_RASA_URL``.
        actions_url: base of the action server; by default ``WISE_ACTIONS_URL``.
        extra_routes: of other rooms served on the same port, such as the console.
    """
    pages = _Pages(
        settings,
        map_svg or _stored_map,
        rasa_url or settings.rasa_base,
        actions_url or settings.actions_base,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[_State]:
        # trust_env=False: a proxy set for the machine must never see inner calls.
        async with httpx.AsyncClient(timeout=_TURN_PATIENCE, trust_env=False) as client:
            warming = asyncio.create_task(asyncio.to_thread(_warm_up))
            alerts = asyncio.create_task(send_for_ever(settings))
            yield {"client": client}
            alerts.cancel()
            await warming

    return Starlette(
        lifespan=lifespan,
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: pages.no_page, Exception: _broken},
        routes=[
            Route("/", pages.chat, methods=["GET"]),
            Route("/chat/turn", pages.turn, methods=["POST"]),
            Route("/chat/screen", pages.screen, methods=["POST"]),
            Route("/chat/leave", pages.leave, methods=["POST"]),
            Route("/chat/map/{map_id}.svg", partial(pages.picture, png=False), methods=["GET"]),
            Route("/chat/map/{map_id}.png", partial(pages.picture, png=True), methods=["GET"]),
            Route("/chat/copy.html", partial(pages.copy, page=True), methods=["GET"]),
            Route("/chat/copy.json", partial(pages.copy, page=False), methods=["GET"]),
            Route("/chat/paper/{name}", pages.paper, methods=["GET"]),
            Route("/healthz", pages.live, methods=["GET"]),
            Route("/readyz", pages.ready, methods=["GET"]),
            Route("/metrics", pages.metrics, methods=["GET"]),
            Mount("/static/chat", StaticFiles(directory=_HERE / "static"), name="chat-static"),
            *extra_routes,
        ],
    )


async def _broken(request: Request, error: Exception) -> Response:
    """A fault of ours. This answer passes by the middleware, so it brings its headers itself."""
    return PlainTextResponse(
        "Something went wrong on our side. Try again in a minute.", 500, headers=PAGE_HEADERS
    )


def _stored_map(map_id: str, address: str) -> str | None:
    from bot.store.maps import svg_for

    return svg_for(map_id, "webchat", address)


def _stored_copy(address: str) -> tuple[str, str]:
    from bot.store.copies import copy_of

    return copy_of("webchat", address)


def _stored_paper(address: str, name: str) -> Paper:
    from bot.papers.of_person import paper_for

    return paper_for("webchat", address, name)


def _route_for(text: str, settings: Settings) -> str:
    from bot.safety.route import route_for

    return route_for(text, settings.service)


def _refusal(status: int, code: str, *, retry: bool) -> JSONResponse:
    """What the page turns into words: ``code`` names a text in the page's template."""
    return JSONResponse({"error": code, "retry": retry}, status_code=status)


def _away(error: SQLAlchemyError) -> Response:
    logger.error("the store is away (%s)", type(error).__name__)
    return PlainTextResponse("This cannot be read just now. Try again later.", status_code=503)


class _Pages:
    """The endpoints, with what they share."""

    def __init__(
        self, settings: Settings, map_svg: MapSvg, rasa_url: str, actions_url: str
    ) -> None:
        self.settings = settings
        self.map_svg = map_svg
        self.rasa_url = rasa_url
        self.actions_url = actions_url
        self.visitors = Visitors(settings)
        self.templates = Jinja2Templates(directory=_HERE / "templates")
        self.queues = CollectorRegistry()
        self.queues.register(Queues(settings.store_url))

    async def chat(self, request: Request) -> Response:
        response = self.templates.TemplateResponse(
            request,
            "chat.html",
            {
                "service_name": self.settings.wise_service_name,
                "routes": routes_for(self.settings.wise_region),
                "max_text": MAX_TEXT,
                "exit_words": sorted(words.EXIT_WORDS),
            },
        )
        self.visitors.welcome(request, response)
        return response

    async def no_page(self, request: Request, error: Exception) -> Response:
        """A page that is not there, in plain words with a way back; also a method that is not."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        headers = getattr(error, "headers", None)
        return self.templates.TemplateResponse(
            request, "no_page.html", status_code=status, headers=headers
        )

    async def turn(self, request: Request) -> Response:
        response = await self._turn(request)
        TURNS.labels("ok" if response.status_code == 200 else str(response.status_code)).inc()
        return response

    async def _turn(self, request: Request) -> Response:
        if is_foreign(request):
            return _refusal(403, "refused", retry=False)
        address = self.visitors.address(request)
        if address is None:
            return _refusal(401, "session", retry=True)
        try:
            body = json.loads(await read_body(request, _BODY_LIMIT))
            update_key, incoming = check_turn(body)
        except BodyTooLarge:
            return _refusal(413, "too_long", retry=False)
        except WireError as error:
            return _refusal(422, error.code, retry=False)
        except (ValueError, RecursionError):  # not JSON, or nested without end
            return _refusal(400, "unreadable", retry=False)
        with TURN_SECONDS.time():
            return await self._ask_rasa(
                request.state.client,
                {"address": address, "update_key": update_key, "incoming": incoming},
            )

    async def _ask_rasa(self, client: httpx.AsyncClient, turn: dict[str, object]) -> Response:
        try:
            answer = await client.post(
                f"{self.rasa_url}/webhooks/webchat/turn",
                json=turn,
                headers={INNER_HEADER: inner_token(self.settings)},
            )
            answer.raise_for_status()
            body = answer.json()
            replies, retry = body["replies"], bool(body.get("retry"))
        except httpx.TimeoutException:
            logger.error("the Rasa server took longer than %s s over a turn", _TURN_PATIENCE)
            return _refusal(504, "slow", retry=True)
        except httpx.HTTPStatusError as error:
            logger.error("the Rasa server answered %s to a turn", error.response.status_code)
            return _refusal(502, "failed", retry=True)
        except httpx.HTTPError as error:
            logger.error("the Rasa server cannot be reached (%s)", type(error).__name__)
            return _refusal(503, "away", retry=True)
        except (ValueError, KeyError, TypeError):
            logger.error("the Rasa server's answer to a turn cannot be read")
            return _refusal(502, "failed", retry=True)
        return JSONResponse({"replies": replies, "retry": True} if retry else {"replies": replies})

    async def screen(self, request: Request) -> Response:
        """The route for a text that could not be sent and tells of a risk: kept nowhere.

        The Rasa server may be away, so this one looks; the first look loads the detectors.
        """
        if is_foreign(request):
            return _refusal(403, "refused", retry=False)
        try:
            body = json.loads(await read_body(request, _BODY_LIMIT))
            incoming = check_incoming({"type": "text", "text": body["text"]})
        except (BodyTooLarge, ValueError, KeyError, TypeError, RecursionError):
            return _refusal(400, "unreadable", retry=False)
        route = await asyncio.to_thread(_route_for, incoming["text"], self.settings)
        return JSONResponse({"replies": [to_wire(Reply(route), None)] if route else []})

    async def leave(self, request: Request) -> Response:
        """Forget the visitor on this device; what they told the service stays with it."""
        if is_foreign(request):
            return _refusal(403, "refused", retry=False)
        response = Response(status_code=204, headers={"Clear-Site-Data": '"cache"'})
        self.visitors.forget(response)
        return response

    async def picture(self, request: Request, *, png: bool) -> Response:
        address = self.visitors.address(request)
        try:
            svg = address and await asyncio.to_thread(
                self.map_svg, request.path_params["map_id"], address
            )
        except SQLAlchemyError as error:
            return _away(error)
        # The same answer for "not yours" and "not there": ids must not be tried out.
        if not svg:
            return PlainTextResponse("There is no such picture.", status_code=404)
        headers = {"Content-Security-Policy": _PICTURE_POLICY}
        if not png:
            return Response(svg, media_type="image/svg+xml", headers=headers)
        image = await asyncio.to_thread(render_png, svg, None)
        return Response(image, media_type="image/png", headers=headers)

    async def copy(self, request: Request, *, page: bool) -> Response:
        """The visitor's copy of their data; nobody else's, for the cookie says whose."""
        address = self.visitors.address(request)
        try:
            as_json, as_page = await asyncio.to_thread(_stored_copy, address or "")
        except LookupError:
            return PlainTextResponse("Nothing is kept about you here.", status_code=404)
        except SQLAlchemyError as error:
            return _away(error)
        name = words.COPY_PAGE if page else words.COPY_JSON
        headers = {
            "Content-Security-Policy": _COPY_POLICY,
            "Content-Disposition": f'{"inline" if page else "attachment"}; filename="{name}"',
            "Cache-Control": "no-store",
        }
        if page:
            return HTMLResponse(as_page, headers=headers)
        return Response(as_json, media_type="application/json", headers=headers)

    async def paper(self, request: Request) -> Response:
        """A paper of the visitor's: their plan for a calendar, or their map to print."""
        address = self.visitors.address(request)
        try:
            paper = await asyncio.to_thread(
                _stored_paper, address or "", request.path_params["name"]
            )
        except LookupError:
            return PlainTextResponse("There is no such file.", status_code=404)
        except SQLAlchemyError as error:
            return _away(error)
        headers = {
            "Content-Disposition": f'attachment; filename="{paper.name}"',
            "Cache-Control": "no-store",
        }
        return Response(paper.data, media_type=paper.media_type, headers=headers)

    async def live(self, _: Request) -> Response:
        return JSONResponse({"live": True})

    async def ready(self, request: Request) -> Response:
        report = health.as_json(
            await health.ask_all(
                request.state.client, self.settings, self.rasa_url, self.actions_url
            )
        )
        return JSONResponse(report, status_code=200 if report["ready"] else 503)

    async def metrics(self, request: Request) -> Response:
        """Our own numbers, the queues, and those of the Rasa server where there is one.

        Where it is elsewhere there may be several, of which a balancer would give any: each is
        asked for its own then.
        """
        rasas = await self._metrics_of_rasa(request.state.client)
        RASA_UP.set(bool(rasas))
        if self.settings.wise_rasa_url:
            rasas = b""
        queues = await asyncio.to_thread(generate_latest, self.queues)
        return Response(
            generate_latest() + queues + rasas, headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def _metrics_of_rasa(self, client: httpx.AsyncClient) -> bytes:
        try:
            answer = await client.get(
                f"{self.rasa_url}/webhooks/webchat/metrics",
                headers={INNER_HEADER: inner_token(self.settings)},
                timeout=_METRICS_PATIENCE,
            )
        except httpx.HTTPError as error:
            logger.warning("the Rasa server gave no metrics (%s)", type(error).__name__)
            return b""
        return answer.content if answer.is_success else b""
