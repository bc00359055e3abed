"""What the book serves itself: the committed files are the recorded ones, and anywidget's script is
the installed one."""

import gzip
import json

import pytest

import vendor


def test_every_vendored_file_is_the_recorded_one():
    assert vendor.differences() == []


def test_a_changed_file_a_missing_and_an_unknown_one_are_named(tmp_path, monkeypatch):
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "a.js").write_text("changed")
    (tmp_path / "vendor" / "c.js").write_text("unknown")
    manifest = tmp_path / "vendor" / "MANIFEST.json"
    entries = [{"path": f"vendor/{name}.js", "sha256": "0" * 64} for name in "ab"]
    manifest.write_text(json.dumps(entries))
    monkeypatch.setattr(vendor, "HOMES", {"vendor": tmp_path})
    monkeypatch.setattr(vendor, "MANIFEST", manifest)
    found = "\n".join(vendor.differences())
    assert "a.js: its sha256" in found
    assert "b.js: in the manifest, not in the folder" in found
    assert "c.js: in the folder, not in the manifest" in found


def test_the_page_runs_the_anywidget_that_python_runs():
    served = vendor.STATIC / "vendor" / "anywidget.js"
    installed = vendor.anywidget_folder() / "nbextension" / "index.js"
    assert served.read_bytes() == installed.read_bytes()


@pytest.mark.parametrize("package", vendor.PACKAGES, ids=lambda package: package.name)
def test_every_package_has_its_licence_beside_it(package):
    recorded = json.loads(vendor.MANIFEST.read_text())
    own = [entry for entry in recorded if entry["package"] == package.name]
    assert own and all(entry["licence"] == package.licence for entry in own)
    beside = {entry["path"].rsplit("/", 1)[0] for entry in own}
    folders = [vendor.place(f"{folder}/LICENSE").parent for folder in beside]
    licences = [path for folder in folders for path in folder.glob("LICENSE*")]
    in_the_file = b"MIT license" in vendor.place(own[0]["path"]).read_bytes()[:400]
    assert licences or in_the_file


def test_the_runtime_is_packed_and_its_notices_name_what_it_is_made_of():
    runtime = vendor.PACKAGE / "browser" / "runtime"
    wasm = gzip.decompress((runtime / "ort.wasm.gzip").read_bytes())
    assert wasm[:4] == b"\0asm"
    script = gzip.decompress((runtime / "ort.mjs.gzip").read_bytes()).decode()
    version = next(each.version for each in vendor.PACKAGES if each.name == "onnxruntime-web")
    assert f"ONNX Runtime Web v{version}" in script[:200]
    notices = (runtime / "ThirdPartyNotices.txt").read_text(encoding="utf-8").lower()
    assert all(name in notices for name in ("protobuf", "abseil", "eigen", "flatbuffers"))
    assert "MIT License" in (runtime / "LICENSE.txt").read_text(encoding="utf-8")
