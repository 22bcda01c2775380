"""A web server on this machine that answers what a test tells it to, and notes what was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """One answer: status, body, ETag, and whether to keep the caller waiting until the end."""

    status: int = 200
    body: bytes = b""
    etag: str | None = None
    hangs: bool = False


@dataclass
class LocalServer:
    """Answers in order; the last one is repeated. `asked` holds the headers of each request."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def take(self, headers: dict[str, str]) -> Answer:
        """Note a request and return the answer to it."""
        self.asked.append(headers)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.etag is not None and headers.get("if-none-match") == answer.etag:
            return Answer(304, b"", answer.etag)
        return answer


@contextmanager
def serve(path: str = "/quotes.csv") -> Iterator[LocalServer]:
    """Run a server on a free port of 127.0.0.1 while the block runs."""
    script = LocalServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = script.take({name.lower(): value for name, value in self.headers.items()})
            if answer.hangs:
                script.closing.wait(60)
                return
            self.send_response(answer.status)
            if answer.etag is not None:
                self.send_header("ETag", answer.etag)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Stay silent: the test looks at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}{path}"
    try:
        yield script
    finally:
        script.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
