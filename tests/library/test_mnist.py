"""MNIST through a small server on this machine that speaks openml.org's format."""

import gzip
import hashlib
import http.server
import json
import threading
import urllib.request
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import pytest
import torch
from sklearn.datasets import _openml

from diffusion_derived import data

PIXELS = [f"pixel{i}" for i in range(1, 785)]
pytestmark = pytest.mark.filterwarnings("ignore:Invalid cache", "ignore:A network error")


def arff(pictures: np.ndarray, labels: np.ndarray) -> bytes:
    """The pictures as openml.org writes them: a header, then a line for each."""
    head = [f"@ATTRIBUTE {name} real" for name in PIXELS]
    head += ["@ATTRIBUTE class {" + ",".join("0123456789") + "}", "@DATA"]
    rows = [",".join(map(str, [*row, c])) for row, c in zip(pictures, labels, strict=True)]
    return "\n".join(["@RELATION mnist_784", *head, *rows, ""]).encode()


class OpenMl:
    """The five answers of openml.org about one data set; `sent` may differ from `whole`."""

    def __init__(self, pictures: np.ndarray, labels: np.ndarray) -> None:
        self.rows, self.whole = len(pictures), arff(pictures, labels)
        self.sent, self.asked = self.whole, []

    def answer(self, path: str) -> bytes:
        """What belongs to a path."""
        self.asked.append(path)
        if path.startswith("/data/v1/download"):
            return self.sent
        kind = next(kind for kind in ("list", "features", "qualities", "") if kind in path)
        return json.dumps(getattr(self, kind or "description")).encode()

    @property
    def list(self):
        """The search by name."""
        found = {"did": 554, "name": "mnist_784", "version": 1, "status": "active"}
        return {"data": {"dataset": [found]}}

    @property
    def description(self):
        """The data set: where its file is, and the checksum of the whole one."""
        return {
            "data_set_description": {
                "id": "554", "name": "mnist_784", "version": "1", "format": "ARFF",
                "status": "active", "default_target_attribute": "class", "file_id": "52667",
                "url": "https://api.openml.org/data/v1/download/52667/mnist_784.arff",
                "md5_checksum": hashlib.md5(self.whole).hexdigest(),
            }
        }  # fmt: skip

    @property
    def features(self):
        """The columns."""
        no = {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
        columns = [(name, "numeric", "false") for name in PIXELS] + [("class", "nominal", "true")]
        return {
            "data_features": {
                "feature": [
                    {"index": str(i), "name": name, "data_type": kind, "is_target": target, **no}
                    for i, (name, kind, target) in enumerate(columns)
                ]
            }
        }

    @property
    def qualities(self):
        """How many rows there are."""
        return {
            "data_qualities": {"quality": [{"name": "NumberOfInstances", "value": str(self.rows)}]}
        }


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (35, 784)), rng.integers(0, 10, 35)


@pytest.fixture
def openml(pictures, monkeypatch):
    """A server in place of openml.org: every address that is asked for leads to it."""
    site = OpenMl(*pictures)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = gzip.compress(site.answer(self.path))
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    lead_to(monkeypatch, server.server_address)
    yield site
    server.shutdown()
    server.server_close()


def lead_to(monkeypatch, address):
    """Send scikit-learn's requests to this address, whatever host they name."""
    host = "{}:{}".format(*address)

    def urlopen(request, *args, **kwargs):
        parts = urlsplit(request.full_url)._replace(scheme="http", netloc=host)
        moved = urllib.request.Request(urlunsplit(parts), headers=dict(request.header_items()))
        return urllib.request.urlopen(moved, *args, **kwargs)

    monkeypatch.setattr(_openml, "urlopen", urlopen)


def test_a_whole_download_gives_the_pictures_in_their_order(openml, pictures, tmp_path):
    images = data.mnist(tmp_path)
    assert (images.levels, images.side, images.pixels) == (256, 28, 784)
    assert torch.equal(torch.cat([images.train, images.test]), torch.as_tensor(pictures[0]))
    labels = torch.cat([images.train_labels, images.test_labels])
    assert torch.equal(labels, torch.as_tensor(pictures[1]))
    assert (len(images.train), len(images.test)) == (30, 5) and images.train.dtype == torch.int64


def test_a_second_call_asks_nobody(openml, tmp_path):
    data.mnist(tmp_path)
    asked = len(openml.asked)
    data.mnist(tmp_path)
    assert asked == 5 and len(openml.asked) == asked


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole.replace(b",7,", b",8,", 1),
        lambda whole: whole[:-1000],
        lambda whole: b"<html>Service not available</html>",
    ],
    ids=["one level", "cut", "a page of words"],
)
def test_a_damaged_download_is_fetched_again_and_then_refused(openml, tmp_path, damage):
    openml.sent = damage(openml.whole)
    with pytest.raises(ValueError, match="is not MNIST, twice .*checksum"):
        data.mnist(tmp_path)
    assert sum(path.startswith("/data/v1/download") for path in openml.asked) == 2
    openml.sent = openml.whole
    assert len(data.mnist(tmp_path).train) == 30


def test_a_file_that_is_damaged_on_the_disk_is_fetched_again(openml, tmp_path):
    expected = data.mnist(tmp_path)
    (kept,) = tmp_path.rglob("mnist_784.arff*")
    kept.write_bytes(kept.read_bytes()[:-200])
    assert torch.equal(data.mnist(tmp_path).train, expected.train)


@pytest.mark.parametrize("level", [256, -1, 0.5])
def test_other_levels_are_refused_even_if_they_arrived_whole(monkeypatch, pictures, level):
    changed = pictures[0].astype(float)
    changed[3, 4] = level
    fetched = changed, pictures[1].astype(str)
    monkeypatch.setattr("sklearn.datasets.fetch_openml", lambda *_, **__: fetched)
    with pytest.raises(ValueError, match="expected rows of 784 levels from 0 to 255"):
        data.mnist()


@pytest.mark.parametrize("error", [URLError("no route to host"), TimeoutError("timed out")])
def test_without_a_network_the_message_says_so_and_offers_the_digits(monkeypatch, tmp_path, error):
    def nobody(*_, **__):
        raise error

    monkeypatch.setattr(_openml, "urlopen", nobody)
    monkeypatch.setattr(_openml.time, "sleep", lambda _: None)
    with pytest.raises(ConnectionError, match=r"openml.org once, and that failed .*data.digits"):
        data.mnist(tmp_path)
    assert not list(tmp_path.rglob("*.arff*"))


def test_a_server_that_refuses_counts_as_out_of_reach(monkeypatch, tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), None) as closed:
        address = closed.server_address
    lead_to(monkeypatch, address)
    monkeypatch.setattr(_openml.time, "sleep", lambda _: None)
    with pytest.raises(ConnectionError, match="Connection refused"):
        data.mnist(tmp_path)


def test_a_folder_that_cannot_be_written_is_neither(openml, tmp_path):
    (tmp_path / "openml").write_text("a file in the way")
    with pytest.raises((NotADirectoryError, FileExistsError)):
        data.mnist(tmp_path)
