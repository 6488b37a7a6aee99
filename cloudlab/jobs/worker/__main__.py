"""`python -m cloudlab.jobs.worker`: claims its streams first, and imports the heavy libraries after that."""

from __future__ import annotations

import os
import sys


def main(arguments: list[str]) -> None:
    """Serve requests on the standard streams, or be the zygote on the socket whose descriptor is given."""
    if hasattr(os, "nice"):
        os.nice(int(os.environ.get("CLOUDLAB_WORKER_NICE", "10")))
    if arguments[:1] == ["--zygote"]:
        from cloudlab.jobs.worker.zygote import main as be_zygote

        be_zygote(int(arguments[1]), arguments[2])
        return
    from cloudlab.jobs.worker.channel import claim_standard_streams

    channel = claim_standard_streams()
    from cloudlab.jobs.worker.serve import serve

    serve(channel)


if __name__ == "__main__":
    main(sys.argv[1:])
