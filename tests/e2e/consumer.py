"""A tool of somebody else's that shows dialogs: pages of another origin, as OSLC Core has a consumer do it.

Its own server on another port, which is another origin. The pages keep every message that they get.
"""

import http.server
import threading
import urllib.parse

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A tool</title>
<style>body { margin: 0; background: Canvas; color-scheme: light dark } iframe { border: 0; display: block }</style>
</head><body>
<script>
  const messages = [];
  addEventListener("message", (event) => messages.push({ origin: event.origin, data: event.data }));
  const query = new URLSearchParams(location.search);
  function show(address, name, width, height) {
    const frame = document.createElement("iframe");
    if (name) frame.name = name;
    frame.width = width || 600;
    frame.height = height || 560;
    frame.src = address;
    document.body.replaceChildren(frame);
  }
  if (query.has("dialog")) show(query.get("dialog"), query.get("name"), query.get("width"), query.get("height"));
</script>
</body></html>
"""

# Where a dialog of the older protocol returns to: a page of the consumer's own, which reads the frame's name.
_RETURN = """<!doctype html><title>Returned</title><script>parent.postMessage("returned:" + window.name, "*")</script>"""


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802  (the name that the library calls)
        own = self.server.pages.get(self.path)
        body = (own or (_RETURN if self.path.startswith("/return") else _PAGE)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class Consumer:
    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
        self.server.daemon_threads = True
        self.server.pages = {}
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def page(self, **parameters):
        return f"{self.origin}/?{urllib.parse.urlencode(parameters)}"

    def add_page(self, path, html):
        self.server.pages[path] = html
        return self.origin + path

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
