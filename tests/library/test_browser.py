"""What a page may load: the files are the manifest's, whole, packed and without private names."""

import gzip
import hashlib
import json
import shutil

import numpy as np
import onnx
import pytest
import torch
from torch import nn

import export_models
import page_models
from diffusion_derived import browser

MODELS = sorted(browser.manifest())


@pytest.mark.parametrize("model", MODELS)
def test_the_manifest_holds_the_files(model):
    folder = browser.HERE / "models"
    entry = browser.entry(model)
    found = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in (folder / model).iterdir()
    }
    assert entry["files"] == found
    graphs = [name for name in found if name.endswith(".gzip")]
    assert graphs == [f"{model}/{graph}.onnx.gzip" for graph in entry["graphs"]]
    assert sum(file["bytes"] for file in found.values()) < 3_000_000


def test_the_manifest_lists_the_models_that_can_be_exported():
    assert sorted(page_models.PAGE_MODELS) == MODELS


@pytest.mark.parametrize("model", MODELS)
def test_the_manifest_is_of_the_recipe_as_it_stands(model):
    entry = browser.entry(model)
    assert entry["settings"] == page_models.settings(page_models.RECIPES[model])
    assert entry["command"] == f"python tools/export_models.py {model}"


@pytest.mark.parametrize("model", MODELS)
def test_the_page_is_right_to_1e4(model):
    metrics = browser.entry(model)["metrics"]
    assert metrics["page"]["largest_difference"] <= 1e-4
    for name, value in metrics["page"].items():
        if name != "largest_difference":
            assert value == pytest.approx(metrics["pytorch"][name], rel=1e-5)


@pytest.mark.parametrize("name", [n for n in browser.names() if n.endswith(".onnx.gzip")])
def test_a_graph_names_nothing_of_its_author(name):
    packed = browser.read(name)
    content = gzip.decompress(packed)
    graph = onnx.load_from_string(content)
    onnx.checker.check_model(graph, full_check=True)
    assert not any(word in content for word in (b"site-packages", b"/home", b"/root", b".py"))
    assert packed == gzip.compress(content, mtime=0)


def test_a_stack_trace_in_a_graph_would_be_found(monkeypatch):
    """PyTorch writes the author's paths into each node; without the cleaning they would stay."""
    monkeypatch.setattr(export_models, "PRIVATE", ())
    model = page_models.RECIPES["plane"].model()
    inputs = {"z": page_models.lattice()}
    graph = page_models.Graph(page_models.MeanPicture(model), inputs, ("mean",))
    assert b"site-packages" in export_models.exported(graph)


class Words(nn.Module):
    """A text encoder in small: whole numbers in, attention, vectors out."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(20, 16)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        h = self.table(tokens)
        return h + self.attention(h, h, h, need_weights=False)[0]


class Denoiser(nn.Module):
    """A denoiser in small: three inputs, convolutions, norm and attention to the words."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 16, 3, padding=1), nn.GroupNorm(4, 16)
        self.time, self.out = nn.Linear(1, 16), nn.Conv2d(16, 3, 3, padding=1)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, x: torch.Tensor, t: torch.Tensor, words: torch.Tensor) -> tuple:
        h = nn.functional.silu(self.norm(self.stem(x))) + self.time(t)[:, :, None, None]
        rows = h.flatten(2).transpose(1, 2)
        rows = rows + self.attention(rows, words, words, need_weights=False)[0]
        out = self.out(rows.transpose(1, 2).reshape(h.shape))
        return out, out.square().mean((1, 2, 3))


@pytest.mark.slow
@pytest.mark.browser
def test_a_model_of_several_graphs_and_inputs_runs_in_the_page(request, tmp_path, monkeypatch):
    torch.manual_seed(0)
    words, denoiser = Words().eval(), Denoiser().eval()
    tokens = torch.randint(0, 20, (3, 5))
    noise = {"x": torch.randn(3, 3, 8, 8), "t": torch.rand(3, 1), "words": words(tokens).detach()}
    model = page_models.PageModel(
        chapter=14,
        recipe="two graphs",
        settings={},
        graphs={
            "text": page_models.Graph(words, {"tokens": tokens}, ("words",)),
            "denoiser": page_models.Graph(denoiser, noise, ("out", "power")),
        },
    )
    shutil.copytree(browser.HERE / "runtime", tmp_path / "runtime")
    monkeypatch.setattr(browser, "HERE", tmp_path)
    monkeypatch.setattr(export_models, "MODELS", tmp_path / "models")
    monkeypatch.setattr(export_models, "MANIFEST", tmp_path / "models" / "MANIFEST.json")
    entry = export_models.write("pair", model)
    monkeypatch.setattr(browser, "manifest", lambda: {"pair": entry})
    opened = request.getfixturevalue("browser")
    page = export_models.compared("pair", model, opened)["page"]
    assert page["largest_difference"] <= 1e-5
    assert [name for name in browser.names() if "pair" in name] == [
        "models/pair/denoiser.onnx.gzip",
        "models/pair/text.onnx.gzip",
    ]
    for graph in model.graphs.values():
        graph.inputs.update({name: each[:1] for name, each in graph.inputs.items()})
    assert export_models.compared("pair", model, opened)["page"]["largest_difference"] <= 1e-5


def test_only_listed_files_are_read():
    assert browser.size("models/plane/decoder.onnx.gzip") > 100_000
    for name in ("models/MANIFEST.json", "../roles.css", "", None, "models/plane/stored.npz"):
        with pytest.raises(ValueError, match=r"name = .*: expected one of 'runtime/ort.mjs.gzip'"):
            browser.read(name)
    with pytest.raises(ValueError, match="model = 'plain': expected one of 'plane'"):
        browser.stored("plain")


def test_what_is_published_is_what_is_there(tmp_path):
    browser.publish(tmp_path)
    for name in browser.names():
        assert (tmp_path / name).read_bytes() == browser.read(name)
        script = (tmp_path / f"{name}.js").read_text(encoding="utf-8")
        assert script.startswith("((globalThis.diffusionDerived ??= {}).texts ??= {})")
    assert "MIT License" in (tmp_path / "runtime" / "LICENSE.txt").read_text(encoding="utf-8")
    assert (tmp_path / "runtime" / "ThirdPartyNotices.txt").exists()


def test_the_stored_pictures_are_means_of_levels_on_the_lattice():
    stored = browser.stored("plane")
    places = page_models.lattice().numpy()
    assert np.array_equal(stored["decoder.z"][: len(places)], places)
    assert np.array_equal(stored["decoder.z"][len(places) :], stored["codes"])
    assert stored["decoder.mean"].shape == (len(places) + 360, 64)
    assert stored["decoder.mean"].min() >= 0 and stored["decoder.mean"].max() <= 16
    assert sorted(set(stored["labels"].tolist())) == list(range(10))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_the_recipe_gives_the_model_again(model):
    again = page_models.PAGE_MODELS[model]()
    recorded = browser.entry(model)["metrics"]["pytorch"]
    for name, value in again.metrics.items():
        assert value == pytest.approx(recorded[name], abs=0.01), name
    outputs = {
        f"{key}.{output}": values
        for key, graph in again.graphs.items()
        for output, values in graph.run().items()
    }
    for name, value in again.judge(outputs).items():
        assert value == pytest.approx(recorded[name], rel=0.05), name


def test_the_manifest_is_written_the_same_way_again():
    text = (browser.HERE / "models" / "MANIFEST.json").read_text(encoding="utf-8")
    assert text == json.dumps(browser.manifest(), indent=1, sort_keys=True) + "\n"
