"""The written help of the console."""

CONSOLE_HELP = """\
# Console

Every command as a form. Search or pick a service, pick a command, fill in its rows; below stands the **aws line** it comes to,
for you to learn, and what would come of it: effort, price, finish, or why it would be refused and what would be accepted.

| key | does |
|---|---|
| **up, down, Enter** or a click | choose a row, and fill it in; Enter on a switch turns it |
| while filling in | type, or take an offer: what exists, what the catalogue has, what is usual |
| **Delete** | empties a row, removes an entry |
| **Ctrl+S** | submit: the same as typing the line |
| **Ctrl+Y** | copy the line; **To terminal** puts it there |
| **Escape** | leaves a row, the form, the service; what is filled in is kept |

*who does it* shows who is free and whose field it is: outside their field people take three times as long.
*keep the id in $* gives the new id a name, so that the next form or line can say `$name`.

The clock stands while a form that has something in it is open.
"""
