"""The written help of stacks and of the desk."""

from __future__ import annotations

TEMPLATE_HELP = """\
# Template

What was built by hand once need not be built by hand again: a **template** says what is to stand, a **stack** is what AWS made of it.

The pane lists your stacks: their resources with the template's name, the type, the state and the real id; what they give back; and what
was thought through for them as a change set. **look stacks** says the same in words.

| key | does |
|---|---|
| **Enter**, double click | the desk: write or load a template |

At the desk the template is read as you type. Beside it stands what is wrong, by name, or else what deploying it would take and do: on a
first deploy everything is added; later only what differs is changed, made anew or removed.

| key | does |
|---|---|
| **Ctrl+S** | save it into your folder of templates, which lasts from run to run |
| **F2** | save it, and put the line that deploys it into the terminal |
| **F3** | take what stands now as the template; what you wrote comes back with Ctrl+Z |
| **F4** | the next saved template |
| **Tab** | from the name to the text and back; in the text it stays a Tab stop |
| **Esc** | back; what you wrote is kept until the run is closed |

Without a screen: `export FILE`, your own editor, `deploy FILE`, `cloudformation create-change-set`.
"""
