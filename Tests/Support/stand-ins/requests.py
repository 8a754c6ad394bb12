"""The little of requests that pages use: their examples run where nothing but Python is installed."""

import json as _json
import urllib.error
import urllib.request


class HTTPError(Exception):
    pass


class Response:
    def __init__(self, status_code, content):
        self.status_code = status_code
        self.content = content

    def json(self):
        return _json.loads(self.content)

    def raise_for_status(self):
        if self.status_code >= 400:
            raise HTTPError(f"{self.status_code} {self.content.decode()}")


def _ask(method, url, json, headers):
    headers = dict(headers or {})
    data = None
    if json is not None:
        data = _json.dumps(json).encode()
        headers["Content-Type"] = "application/json"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
            return Response(answer.status, answer.read())
    except urllib.error.HTTPError as refusal:
        return Response(refusal.code, refusal.read())


def get(url, headers=None):
    return _ask("GET", url, None, headers)


def post(url, json=None, headers=None):
    return _ask("POST", url, json, headers)
