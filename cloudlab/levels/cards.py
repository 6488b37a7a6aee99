"""Data cards: reads `assets/data/*.yaml` and says plainly what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cloudlab.model.training import DataCard, Payoff

# libyaml's loader is eight times faster; the pure one is the fallback where PyYAML was built without it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Text = Annotated[str, Field(min_length=1)]
_Count = Annotated[int, Field(gt=0)]
_Ppm = Annotated[int, Field(ge=0, le=1_000_000)]


class CardError(ValueError):
    """A data card that can't be used: the file, the key and what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Generator(_Strict):
    name: _Text
    revision: _Count
    seed: int


class _Rows(_Strict):
    train: _Count
    validation: _Count
    stream: _Count


class _Payoff(_Strict):
    true_negative: int
    false_positive: int
    false_negative: int
    true_positive: int


class _File(_Strict):
    name: _Text
    channel: Literal["train", "validation"]


class _Card(_Strict):
    id: _Text
    title: _Text
    story: _Text
    source: _Text
    licence: _Text
    generator: _Generator
    features: list[_Text]
    label: _Text
    rows: _Rows
    represented_rows: _Count
    represented_bytes: _Count
    payoff_micros: _Payoff
    threshold_ppm: _Ppm
    best_auc_ppm: _Ppm | None
    reference_micros: _Count
    files: list[_File]

    @model_validator(mode="after")
    def _fits(self) -> _Card:
        if len(set(self.features)) != len(self.features):
            raise ValueError("features: a name appears twice")
        if self.payoff_micros.true_negative or self.payoff_micros.false_negative:
            raise ValueError("payoff_micros: saying `no` to everything must earn exactly zero")
        if not self.payoff_micros.false_positive < 0 < self.payoff_micros.true_positive:
            raise ValueError("payoff_micros: a true positive must earn and a false positive must cost")
        return self


def load_card(path: Path) -> DataCard:
    """Return the data card in a file.

    Raises CardError naming file, key and fault.
    """
    try:
        body = yaml.load(path.read_bytes(), Loader=_Loader)
    except OSError as error:
        raise CardError(f"{path}: can't be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise CardError(f"{path}: not YAML: {error}") from error
    try:
        card = _Card.model_validate(body)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'card'}: {fault['msg']}" for fault in error.errors())
        raise CardError(f"{path}: {faults}") from error
    if card.id != path.stem:
        raise CardError(f"{path}: id: {card.id!r} must be the file's own name, {path.stem!r}")
    return DataCard(
        id=card.id,
        title=card.title,
        story=card.story,
        source=card.source,
        licence=card.licence,
        features=tuple(card.features),
        label=card.label,
        rows=(("train", card.rows.train), ("validation", card.rows.validation), ("stream", card.rows.stream)),
        represented_rows=card.represented_rows,
        represented_bytes=card.represented_bytes,
        payoff=Payoff(**card.payoff_micros.model_dump()),
        threshold=card.threshold_ppm,
        best_auc=card.best_auc_ppm,
        reference_micros=card.reference_micros,
        files=tuple((file.name, file.channel) for file in card.files),
    )


def load_cards(data_dir: Path) -> dict[str, DataCard]:
    """Return every data card of a folder by id, in alphabetical order.

    Raises CardError for the first one that can't be used.
    """
    return {path.stem: load_card(path) for path in sorted(data_dir.glob("*.yaml"))}
