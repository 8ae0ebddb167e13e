"""``python -m tests.app.web_process PORT``: dies by SIGKILL between a commit and the answer."""

import os
import signal
import sys

from werkzeug.serving import make_server

from app import create_app


def die(kinds: set[str]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    app = create_app()
    app.extensions["semblance"].database._sessions.configure(info={"on_work": die})
    make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True).serve_forever()
