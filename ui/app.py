"""The whole service over HTTP: API, SPARQL, plain pages, and Gradio's page over what is left of the addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from search.live import LiveEngine
from search.question.answering.live import LiveAsker
from ui.api.generated import generated_routes
from ui.api.routes import API, api_routes, service_routes
from ui.api.sparql import sparql_router
from ui.failures import add_failures
from ui.gradio_pages.search_app import mount_search
from ui.head_requests import HeadAnswers
from ui.pages.api_docs import api_docs_route
from ui.pages.ask_routes import ask_routes
from ui.pages.routes import page_routes
from ui.pages.workbench_routes import workbench_routes
from ui.security import SecurityHeaders
from ui.sparql_answers import SparqlAnswers
from ui.wiring import Services


def create_app(services: Services, live: LiveEngine | None = None) -> FastAPI:
    """The application over the live snapshot: ``live`` where it is open, else it is opened, with its encoder, first.

    Raises :class:`~search.errors.NoSnapshotError`, the errors of opening a model, and
    :class:`~search.errors.GeneratorSettingError`.
    """
    live = live or services.live_engine()
    workers = services.query_workers(live.current().snapshot.manifest.base)
    generator = services.generator()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as ending:
            ending.enter_context(closing(live))
            ending.enter_context(closing(workers))
            if generator is not None:
                ending.enter_context(closing(generator))
            yield

    app = FastAPI(
        lifespan=lifespan,
        title="reportgraph",
        description="Search a repository of research reports by words and by meaning, inside facets.",
        openapi_url=f"{API}/openapi.json",
        # The pages that FastAPI would show load scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    app.state.live = live
    add_failures(app)
    asker = LiveAsker(live)
    app.include_router(api_routes(live, asker))
    app.include_router(generated_routes(asker, generator))
    app.include_router(service_routes(live))
    answers = SparqlAnswers(live, workers)
    app.include_router(sparql_router(answers))
    app.include_router(page_routes(live))
    app.include_router(ask_routes(asker, generating=generator is not None))
    app.include_router(workbench_routes(answers, workers.limits.seconds))
    app.include_router(api_docs_route(app))
    # Gradio would answer any origin with its credentials; where there is such a middleware it leaves this alone.
    app.add_middleware(
        CORSMiddleware, allow_origins=list(services.settings.allowed_origins), allow_methods=["GET", "POST"]
    )
    app.add_middleware(HeadAnswers)
    app.add_middleware(SecurityHeaders)
    mount_search(app, live)
    return app
