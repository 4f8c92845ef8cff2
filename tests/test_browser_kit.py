"""The browser that other tests see pages with, against a page of this file."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from browser_kit import NARROW, Browsing, barriers, overflow, walk

pytest_plugins = ["browser_kit"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

GOOD = """<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1>
<label>Name <input name="name"></label> <a href="/">Home</a> <button>Send</button></main></html>"""
BAD = """<!doctype html><html lang="en"><title>Bad</title><style nonce="n">*:focus {outline: none}</style>
<main><h1>Bad</h1><input name="name"><a tabindex="-1" href="/">Home</a><p style="width: 900px">wide</p>
<pre>wideeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee</pre></main>
<script nonce="n">alert("hello"); fetch("http://other.invalid/").catch(() => 0); null.x</script></html>"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = {"/good": GOOD, "/bad": BAD}.get(self.path, "").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", "default-src 'nonce-n'; connect-src *")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """The two pages on loopback; yields the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_good_page_passes(open_page: Browsing) -> None:
    """Nothing is held against a page with names, focus and room."""
    with serving() as address:
        page = await open_page(f"{address}/good", viewport=NARROW)
        assert (await barriers(page), await walk(page), await overflow(page)) == ([], [], 0)


async def test_a_bad_page_is_told_of(open_page: Browsing) -> None:
    """Missing labels, lost focus, scrolling sideways, refused styles, dialogs and calls home are noticed."""
    with serving() as address:
        page = await open_page(f"{address}/bad", viewport=NARROW)
        assert [each.split(":")[0] for each in await barriers(page)] == ["label"]
        assert await walk(page) == [
            "focus cannot be seen on input name",
            'cannot be reached: <a tabindex="-1" href="/">Home</a>',
        ]
        assert await overflow(page) > 0
        open_page.watch.expected(
            "CSP refused", "dialog: hello", "asked another machine", "exception:", "style", "ERR_"
        )
