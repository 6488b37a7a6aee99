"""Built-in containers: reads `assets/containers.yaml` and says plainly what is wrong with it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cloudlab.model.containers import Container, Hyperparameter, HyperparameterKind, Span
from cloudlab.model.ids import REGION

# libyaml's loader is eight times faster; the pure one is the fallback where PyYAML was built without it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Text = Annotated[str, Field(min_length=1)]
_SPAN = re.compile(r"([\[(])(-inf|-?[\d.]+), ([+]inf|-?[\d.]+)([\])])")


class ContainerError(ValueError):
    """`assets/containers.yaml` can't be used: the key and what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Hyperparameter(_Strict):
    name: _Text
    kind: HyperparameterKind
    required: bool = False
    span: str | None = None
    choices: list[str | int] = []
    words: list[str] = []
    default: str | None = None
    modelled: bool = True

    @model_validator(mode="after")
    def _bounded(self) -> _Hyperparameter:
        if (self.span is None) == (not self.choices):
            raise ValueError(f"{self.name}: needs either span or choices")
        if self.span is not None and not _SPAN.fullmatch(self.span):
            raise ValueError(f"{self.name}: span {self.span!r} is no interval such as '[0, +inf)'")
        return self


class _Channels(_Strict):
    required: list[_Text]
    optional: list[_Text]


class _Container(_Strict):
    title: _Text
    modelled: bool
    account: Annotated[str, Field(pattern=r"^\d{12}$")]
    repository: _Text
    tags: Annotated[list[_Text], Field(min_length=1)]
    channels: _Channels
    content_types: dict[str, list[_Text]]
    default_content_type: str | None = None
    aliases: dict[str, str] = {}
    artifact: _Text
    response: _Text
    note: _Text
    source: _Text
    confidence: Literal["high", "medium", "low"]
    hyperparameters: list[_Hyperparameter]

    @model_validator(mode="after")
    def _whole(self) -> _Container:
        names = [one.name for one in self.hyperparameters]
        if len(set(names)) != len(names):
            raise ValueError("hyperparameters: a name appears twice")
        for alias, name in self.aliases.items():
            if name not in names or alias in names:
                raise ValueError(f"aliases: {alias}: {name} must be a hyperparameter, and the alias none")
        return self


class _File(_Strict):
    region: Literal["us-east-1"]
    containers: dict[str, _Container]


def load_containers(assets_dir: Path, *, everything: bool = False) -> dict[str, Container]:
    """Return the containers that the game models, by id; with `everything`, those too that are only listed.

    Raises ContainerError naming key and fault.
    """
    return {name: container for name, (container, modelled) in _load(assets_dir / "containers.yaml").items() if modelled or everything}


@lru_cache(maxsize=4)
def _load(path: Path) -> dict[str, tuple[Container, bool]]:
    try:
        body = yaml.load(path.read_bytes(), Loader=_Loader)
    except OSError as error:
        raise ContainerError(f"{path}: can't be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise ContainerError(f"{path}: not YAML: {error}") from error
    try:
        file = _File.model_validate(body)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors())
        raise ContainerError(f"{path}: {faults}") from error
    assert file.region == REGION, "images are looked up in the game's own region"
    return {name: (_container(name, one), one.modelled) for name, one in file.containers.items()}


def _container(name: str, one: _Container) -> Container:
    return Container(
        id=name,
        title=one.title,
        account=one.account,
        repository=one.repository,
        tags=tuple(one.tags),
        required_channels=tuple(one.channels.required),
        optional_channels=tuple(one.channels.optional),
        content_types=tuple((form, tuple(types)) for form, types in one.content_types.items()),
        default_content_type=one.default_content_type,
        aliases=tuple(one.aliases.items()),
        hyperparameters=tuple(_hyperparameter(hyperparameter) for hyperparameter in one.hyperparameters),
        artifact=one.artifact,
        response=one.response,
        note=one.note,
        source=one.source,
        confidence=one.confidence,
    )


def _hyperparameter(one: _Hyperparameter) -> Hyperparameter:
    span = None if one.span is None else _span(one.span)
    choices, words = tuple(map(str, one.choices)), tuple(one.words)
    return Hyperparameter(one.name, one.kind, one.required, span, choices, words, one.default, one.modelled)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    assert found is not None, "the schema has checked it"
    opening, low, high, closing = found.groups()
    return Span(_number(low), _number(high), opening == "(", closing == ")")


def _number(text: str) -> int | float | None:
    return None if text.endswith("inf") else float(text) if "." in text else int(text)
