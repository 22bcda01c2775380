"""A web server on this machine that answers what a test tells it to, and notes what was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """One answer: status, body and headers, and in what way it is slow or cut.

    `hangs` keeps the caller waiting until the end, `drips_s` sends a byte at a time with pauses
    (the header too with `drips_header`), `announces` is a Content-Length that is not the body's.
    """

    status: int = 200
    body: bytes = b""
    etag: str | None = None
    hangs: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    drips_s: float = 0.0
    drips_header: bool = False
    announces: int | None = None


@dataclass
class LocalServer:
    """Answers in order; the last one is repeated. `asked` holds the headers of each request.

    `by_path` answers some paths by themselves; `paths` and `bodies` are what was asked for.
    """

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    by_path: dict[str, Answer] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        """Scheme, name and port, without a path."""
        return "/".join(self.url.split("/")[:3])

    def take(self, headers: dict[str, str], path: str, body: bytes) -> Answer:
        """Note a request and return the answer to it."""
        self.asked.append(headers)
        self.paths.append(path)
        self.bodies.append(body)
        if path in self.by_path:
            return self.by_path[path]
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
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = script.take(headers, self.path, body)
            if answer.hangs:
                script.closing.wait(60)
                return
            if answer.drips_header:
                self.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 2000, answer.drips_s)
                return
            self.send_response(answer.status)
            if answer.etag is not None:
                self.send_header("ETag", answer.etag)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            announced = len(answer.body) if answer.announces is None else answer.announces
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            if answer.drips_s:
                self.drip(answer.body, answer.drips_s)
            else:
                self.wfile.write(answer.body)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def do_HEAD(self) -> None:
            self.do_GET()

        def drip(self, content: bytes, pause_s: float) -> None:
            """Send a byte at a time until the caller hangs up or the server closes."""
            for byte in content:
                if script.closing.wait(pause_s):
                    return
                try:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                except OSError:
                    return

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
