"""One writer per journal: an advisory lock on the open file, which the system lets go of even when the program is killed."""

from __future__ import annotations

import errno
import sys

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK)

if sys.platform == "win32":
    import msvcrt
    import os

    _FAR = 0x7FFF_0000
    """Windows keeps readers out of locked bytes, so the locked byte lies far beyond the end."""

    def lock(descriptor: int) -> bool:
        """Return whether this descriptor now is the only writer's."""
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return error.errno not in _TAKEN
        return True

else:
    import fcntl

    def lock(descriptor: int) -> bool:
        """Return whether this descriptor now is the only writer's.

        flock, not lockf: a POSIX record lock would be lost as soon as anything else in this process closes the same file.
        A file system that cannot lock at all (some network shares) is played on without; the chain would tell of two writers.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in _TAKEN
        return True
