"""What can be configured, by environment variables ``REPORTGRAPH_*`` and by options of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from embeddings.devices import DeviceChoice
from kg.vocab import DEFAULT_BASE
from search.engine import NEAREST
from search.question.generating.generator import SECONDS
from search.reranking import RERANKED
from search.snapshots.pipeline import KEPT_SNAPSHOTS

DEFAULT_MODEL: Final = "multilingual-e5-small"


class Settings(BaseSettings):
    """Every setting has a default that works on one laptop without a network."""

    model_config = SettingsConfigDict(env_prefix="REPORTGRAPH_", extra="forbid", frozen=True)

    data: Path = Field(default=Path("reportgraph-data"), description="Directory of the snapshots.")
    base: str = Field(
        default=DEFAULT_BASE,
        pattern=r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?$",
        description="What the IRIs of the graph begin with: the address under which readers will reach the service.",
    )
    fields: Path | None = Field(default=None, description="TOML file that extends or replaces the field map.")
    model: str | None = Field(
        default=None,
        description="Encoder: an installed model, a directory, `hashing`, or a hub repository; without it, a build "
        "uses the default one and a search the one that the collection was built with.",
    )
    device: DeviceChoice = Field(
        default="auto",
        description="Where models compute: the processor, a GPU, or a GPU where there is one.",
    )
    allow_hub: bool = Field(default=False, description="Whether a model may be downloaded from the model hub.")
    reranker: str | None = Field(
        default=None,
        description="Reranker that looks again at the first results of hybrid searches: a directory that holds a "
        "cross-encoder, or a hub repository; without it, none does.",
    )
    reranker_depth: int = Field(default=RERANKED, ge=1, le=NEAREST, description="How many results it looks at.")
    generator: str | None = Field(
        default=None,
        description="Address of an OpenAI-compatible service whose model phrases findings, such as "
        "http://127.0.0.1:8080/v1; without it, nothing is sent anywhere.",
    )
    generator_model: str | None = Field(default=None, description="Name of its model, where it has several.")
    generator_key: SecretStr | None = Field(default=None, description="Key that it asks for.")
    generator_seconds: float = Field(default=SECONDS, gt=0, le=600, description="Time limit of an answer in its words.")
    host: str = Field(default="127.0.0.1", description="Address to serve on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port to serve on.")
    allowed_origins: tuple[str, ...] = Field(
        default=(),
        description="Addresses of other sites, as JSON, whose pages may ask API and SPARQL from a browser, or `*`.",
    )
    kept_snapshots: int = Field(default=KEPT_SNAPSHOTS, ge=1, description="How many snapshots are kept.")
    query_seconds: float = Field(default=60.0, gt=0, le=86_400, description="Time limit of a SPARQL query.")
