"""The facts behind the game as text or JSON: what a number is, where it comes from and how far to trust it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches

from cloudlab.model.catalogue import Catalogue, Fact

_BRACKETS = str.maketrans("[]", "()")


def find_facts(catalogue: Catalogue, word: str) -> tuple[Fact, ...]:
    """Return the facts that have every part of `word` in their group, key, title, value or source; all of them for no word."""
    parts = word.casefold().split()
    return tuple(f for f in catalogue.facts if all(part in _haystack(f) for part in parts))


def facts_text(catalogue: Catalogue, word: str = "") -> str:
    """Return what `cloudlab facts WORD` prints: plain text without markup, ending in a newline.

    No word: the groups and how to ask on. A word nothing matches: a sentence saying so, with words that come near.
    """
    if not word.strip():
        return _overview(catalogue)
    found = find_facts(catalogue, word)
    if not found:
        return _nothing(catalogue, word)
    head = f"{len(found)} {'fact' if len(found) == 1 else 'facts'} with {_shown(word)!r}"
    return "\n\n".join([head, *(_paragraph(f) for f in found)]) + "\n"


def facts_json(catalogue: Catalogue, word: str = "") -> str:
    """Return the same as one JSON object: schema, digest, word, count, facts, and near words where nothing matched."""
    found = find_facts(catalogue, word)
    answer = {
        "schema": 1,
        "digest": catalogue.digest,
        "word": word,
        "count": len(found),
        "facts": [
            {
                "group": f.group,
                "key": f.key,
                "title": f.title,
                "value": f.value,
                "used": f.used,
                "used_unit": f.used_unit,
                "source": f.source,
                "confidence": f.confidence,
                "simplification": f.simplification,
                "note": f.note,
            }
            for f in found
        ],
        "near": [] if found else near_words(catalogue, word),
    }
    return json.dumps(answer, indent=2, ensure_ascii=False) + "\n"


def near_words(catalogue: Catalogue, word: str) -> list[str]:
    """Return up to five words of keys and titles that look most like `word`, the best first."""
    return get_close_matches(word.casefold().strip(), sorted(_vocabulary(catalogue.facts)), n=5, cutoff=0.6)


def _vocabulary(facts: Iterable[Fact]) -> set[str]:
    words: set[str] = set()
    for fact in facts:
        words.add(fact.group)
        words.add(fact.key.casefold())
        words.update(part for part in fact.key.casefold().replace("_", " ").replace("-", " ").split() if len(part) > 2)
        words.update(part.strip(",.;:()'") for part in fact.title.casefold().split() if len(part) > 3)
    return words


def _haystack(fact: Fact) -> str:
    return " ".join((fact.group, fact.key, fact.title, fact.value, fact.source)).casefold()


def _paragraph(fact: Fact) -> str:
    lines = [f"{fact.group}/{fact.key}", f"  {fact.title}: {fact.value}"]
    if fact.used is not None:
        lines.append(f"  in the game: {fact.used:,} {fact.used_unit}")
    if fact.simplification:
        lines.append(f"  simplified: {fact.simplification}")
    if fact.note:
        lines.append(f"  {fact.note}")
    lines.append(f"  source: {fact.source} (confidence: {fact.confidence})")
    return "\n".join(lines)


def _overview(catalogue: Catalogue) -> str:
    groups = Counter(f.group for f in catalogue.facts)
    trust = Counter(f.confidence for f in catalogue.facts)
    width = max(len(group) for group in groups)
    lines = ["What the game takes to be so, and why.", ""]
    lines += [f"  {group:<{width}}  {count:>4}" for group, count in groups.items()]
    lines += ["", "Confidence: " + ", ".join(f"{trust[c]} {c}" for c in ("high", "medium", "low", "estimate") if trust[c]) + "."]
    lines += ["Ask on with a word: cloudlab facts nat, cloudlab facts t3.small, cloudlab facts failover."]
    return "\n".join(lines) + "\n"


def _nothing(catalogue: Catalogue, word: str) -> str:
    near = near_words(catalogue, word)
    ask = f"Near it: {', '.join(near)}." if near else "`cloudlab facts` without a word lists what there is."
    return f"No fact has {_shown(word)!r} in its key, title, value or source.\n{ask}\n"


def _shown(word: str) -> str:
    """Return what somebody typed in a form that no terminal and no markup reader takes for more than words."""
    return "".join(c for c in word.strip().translate(_BRACKETS) if c.isprintable())
