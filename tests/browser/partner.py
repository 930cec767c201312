"""A partner's site on a port of its own: the pages of `partner/`, with the lines that a partner pastes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

import httpx

from app.assets import asset

FOLDER = Path(__file__).parent / "partner"
NONCE = "cGFydG5lcg"
SECRETS = ("hats1", "hats2")
EMBEDDED = ("giggle-elbow", "neutropenia")


@contextmanager
def partner_site(service: str) -> Iterator[str]:
    """The site's address, until the block ends."""
    script = asset("embed.js")
    pasted = {
        "service": service,
        "nonce": NONCE,
        "script": f"{service}{script.path}",
        "integrity": script.integrity,
        "oembed": "\n".join(
            _as_wordpress_shows(_oembed(service, slug), secret) for slug, secret in zip(EMBEDDED, SECRETS, strict=True)
        ),
    }
    policies = {
        "/nonce.html": f"default-src 'none'; script-src 'nonce-{NONCE}'; frame-src {service}; style-src 'none'; "
        "img-src data:",
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = FOLDER / self.path.strip("/")
            if not file.is_file():
                self.send_error(404)
                return
            body = Template(file.read_text(encoding="utf-8")).substitute(pasted).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if file.suffix == ".html" else "text/javascript")
            self.send_header("Content-Length", str(len(body)))
            if policy := policies.get(self.path):
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_about: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _oembed(service: str, slug: str) -> str:
    """The line that oEmbed gives for a condition's page."""
    answer = httpx.get(f"{service}/oembed", params={"url": f"{service}/embed/conditions/{slug}"})
    html: str = answer.raise_for_status().json()["html"]
    return html


def _as_wordpress_shows(html: str, secret: str) -> str:
    """The line after WordPress's filter: a sandbox of its own, and a secret (`wp_filter_oembed_result`)."""
    ours = 'class="wp-embedded-content"'
    html = re.sub(r' (?:class|sandbox|security)="[^"]*"', "", html)
    html = re.sub(r' src="([^"]*)"', rf' src="\1#?secret={secret}" data-secret="{secret}"', html)
    html = html.replace("<blockquote", f'<blockquote {ours} data-secret="{secret}"')
    return html.replace("<iframe", f'<iframe {ours} sandbox="allow-scripts" security="restricted"')
