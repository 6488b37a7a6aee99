"""Settings in plain text: `settings` lists them, `set NAME VALUE` changes one."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.lab.settings import MOODS, PACES, Settings

SWITCH = {"on": True, "off": False}


def settings_text(settings: Settings, folder: str) -> str:
    """Return every setting that has a word, with what it may be."""
    return "\n".join(
        [
            f"sounds: {_on(settings.sounds)} (on, off: the terminal's bell when the team is paged)",
            f"mood: {settings.mood} ({', '.join(MOODS)}: of the next run from the menu)",
            f"pace: {PACES[settings.pace]} ({', '.join(PACES)}: of the screens' clock)",
            f"motion: {'reduced' if settings.reduced_motion else 'full'} (full, reduced: on the screens)",
            f"theme: {settings.theme} (of the screens; chosen there, from the menu)",
            f"`set sounds on` changes one. Kept in {folder}",
        ]
    )


def changed(settings: Settings, words: str) -> Settings | str:
    """Return the settings with one changed, or a sentence on why not."""
    name, _, value = words.partition(" ")
    value = value.strip()
    match name:
        case "sounds" if value in SWITCH:
            return replace(settings, sounds=SWITCH[value])
        case "mood" if value in MOODS:
            return replace(settings, mood=value)
        case "pace" if value in PACES:
            return replace(settings, pace=PACES.index(value))
        case "motion" if value in ("full", "reduced"):
            return replace(settings, reduced_motion=value == "reduced")
        case "sounds":
            return _refused(name, value, tuple(SWITCH))
        case "mood":
            return _refused(name, value, MOODS)
        case "pace":
            return _refused(name, value, PACES)
        case "motion":
            return _refused(name, value, ("full", "reduced"))
    return "Refused. Say what to set, as in `set sounds on`; `settings` lists what there is."


def _refused(name: str, value: str, accepted: tuple[str, ...]) -> str:
    return f"Refused. '{value}' is nothing that {name} can be. It takes: {', '.join(accepted)}."


def _on(switch: bool) -> str:
    return "on" if switch else "off"
