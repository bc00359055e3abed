"""A checkpoint is whole or the one before; a resumed run is the uninterrupted one, bit for bit."""

import itertools
import os
import pathlib
import signal
import subprocess
import sys

import pytest
import torch
from torch import nn

from diffusion_derived import devices, training
from diffusion_derived.training import ExponentialAverage, checkpoints, loop, train

SETTINGS = {"steps": 3, "clip": None}
EXAMPLES = torch.randn(60, 4, generator=devices.generator(0))
STEPS = 25


class Net(nn.Module):
    """A small network with a buffer that counts."""

    def __init__(self, hidden=8):
        super().__init__()
        with devices.seeded(3):
            self.layers = nn.Sequential(nn.Linear(4, hidden), nn.SiLU(), nn.Linear(hidden, 4))
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))


class Renamed(Net):
    """The same sizes under another name."""

    def __init__(self):
        super().__init__()
        self.stack = self.__dict__["_modules"].pop("layers")


def loss(model, x, generator, progress):
    model.calls += 1
    noise = devices.normal(*x.shape, generator=generator, like=x)
    return (model.layers(x + noise) - x).square().sum(dim=1).mean() * (1 + progress)


def run(path=None, stop=None, model=None, examples=EXAMPLES, **changes):
    """A run that its reader leaves after `stop` steps, with all that it made."""
    model = model or Net()
    average = ExponentialAverage(model, decay=0.9)
    settings = {"steps": STEPS, "warm_up": 4, "clip": 3.0, "average": average, "every": 10}
    steps = train(model, loss, examples, checkpoint=path, **settings | changes)
    return list(itertools.islice(steps, stop)), model, average


def assert_same_state(first, second):
    """Two state dictionaries are equal in every bit."""
    assert list(first) == list(second)
    for name, value in first.items():
        assert torch.equal(value, second[name]), name


# whole or not at all -----------------------------------------------------------------------------


def test_what_is_kept_comes_back(tmp_path):
    state = {"weights": torch.arange(3.0), "records": [(1, 0.5, True)], "average": None}
    training.save(tmp_path / "kept", state, SETTINGS)
    found = training.load(tmp_path / "kept", SETTINGS)
    assert torch.equal(found.pop("weights"), state["weights"])
    assert found == {"records": [(1, 0.5, True)], "average": None}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


# Children of another process: each keeps 1, begins to keep 2, and is killed at its moment.
KILLED = """
import io, itertools, os, signal, sys, time, torch
from diffusion_derived.training import checkpoints

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def half(value, file, save=torch.save):
    save(value, buffer := io.BytesIO())
    file.write(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    file.flush()
    die()

def plainly(path, state, settings):
    with open(path, "wb") as file:
        torch.save({"settings": settings, "state": state}, file)

def child(path, moment):
    if moment == "plain write":
        checkpoints.save = plainly
    checkpoints.save(path, torch.full((5000,), 1.0), {})
    if moment in ("half of the bytes", "plain write"):
        torch.save = half
    elif hasattr(os, moment):
        setattr(os, moment, die)
    for i in itertools.count(2):
        checkpoints.save(path, torch.full((5000,), float(i)), {})

folder, *moments = sys.argv[1:]
for moment in moments:
    path = os.path.join(folder, moment)
    process = os.fork()
    if not process:
        child(path, moment)
    if moment.startswith("after"):
        while not os.path.exists(path):
            pass
        time.sleep(float(moment.split()[1]))
        os.kill(process, signal.SIGKILL)
    assert os.waitpid(process, 0)[1] == signal.SIGKILL
"""
MOMENTS = ["half of the bytes", "fsync", "replace"]
WAITS = ["after 0.0005 s", "after 0.002 s", "after 0.005 s", "after 0.011 s", "after 0.02 s"]


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory):
    """The folder in which the killed processes kept their checkpoints, one a moment."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-c", KILLED, folder, *MOMENTS, "plain write", *WAITS]
    subprocess.run(command, timeout=120, check=True)
    return folder


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_process_killed_while_it_writes_leaves_the_old_checkpoint_whole(left_behind, moment):
    path = left_behind / moment
    assert torch.equal(training.load(path, {}), torch.full((5000,), 1.0))
    assert path.with_name(moment + ".unfinished").exists()
    training.save(path, torch.full((5000,), 3.0), {})
    assert training.load(path, {})[0] == 3
    assert not path.with_name(moment + ".unfinished").exists()


def test_the_same_death_in_a_plain_write_loses_the_file(left_behind):
    with pytest.raises(ValueError, match="plain write is no whole checkpoint"):
        training.load(left_behind / "plain write", {})


@pytest.mark.parametrize("wait", WAITS)
def test_a_process_killed_at_any_moment_leaves_a_whole_checkpoint(left_behind, wait):
    kept = training.load(left_behind / wait, {})
    assert len(kept) == 5000 and (kept == kept[0]).all() and kept[0] >= 1


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path):
    training.save(tmp_path / "kept", 1, SETTINGS)
    with pytest.raises((AttributeError, TypeError, RuntimeError)):
        training.save(tmp_path / "kept", lambda: 2, SETTINGS)
    assert training.load(tmp_path / "kept", SETTINGS) == 1


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-100], lambda b: b[:50], lambda b: b"", lambda b: b"words"]
)
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "kept"
    training.save(path, torch.arange(100), SETTINGS)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match="kept is no whole checkpoint; delete it to begin anew"):
        training.load(path, SETTINGS)


def test_a_file_of_something_else_is_refused(tmp_path):
    torch.save([1, 2], tmp_path / "list")
    torch.save({"state": 1}, tmp_path / "half")
    for name in ("list", "half"):
        with pytest.raises(ValueError, match=f"{name} is no checkpoint; choose another name"):
            training.load(tmp_path / name, SETTINGS)


def test_a_file_that_carries_code_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    torch.save({"settings": SETTINGS, "state": Trap()}, tmp_path / "trap")
    with pytest.raises(ValueError, match="is no whole checkpoint"):
        training.load(tmp_path / "trap", SETTINGS)
    assert not (tmp_path / "sprung").exists()


def test_an_absent_file_is_an_error_of_its_own(tmp_path):
    with pytest.raises(FileNotFoundError):
        training.load(tmp_path / "nothing", SETTINGS)


def test_other_settings_are_refused_and_named(tmp_path):
    training.save(tmp_path / "kept", 1, SETTINGS)
    with pytest.raises(ValueError, match=r"has clip None, not 2.0; steps 3, not 4"):
        training.load(tmp_path / "kept", {"steps": 4, "clip": 2.0})
    with pytest.raises(ValueError, match="has rate None, not 0.1"):
        training.load(tmp_path / "kept", SETTINGS | {"rate": 0.1})


# resumed runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [0, 3, 10, 11, 20, 24, 25])
def test_a_resumed_run_equals_the_uninterrupted_one_in_every_bit(tmp_path, stop):
    steps, model, average = run()
    first, *_ = run(tmp_path / "kept", stop=stop)
    again, resumed, resumed_average = run(tmp_path / "kept")
    assert first == steps[:stop] and again == steps
    assert_same_state(resumed.state_dict(), model.state_dict())
    assert_same_state(resumed_average.weights, average.weights)
    assert resumed_average.updates == average.updates == STEPS


def test_a_resumed_run_makes_only_the_steps_that_were_left(tmp_path, monkeypatch):
    run(tmp_path / "kept", stop=21)
    made, descend = [], loop._descend
    spy = lambda run, step, *rest: made.append(step) or descend(run, step, *rest)  # noqa: E731
    monkeypatch.setattr(loop, "_descend", spy)
    run(tmp_path / "kept")
    assert made == [21, 22, 23, 24, 25]


def test_a_finished_run_is_read_and_not_made_again(tmp_path):
    steps, model, _ = run(tmp_path / "kept")
    again, read, _ = run(tmp_path / "kept")
    assert again == steps and read.calls == STEPS
    assert_same_state(read.state_dict(), model.state_dict())


def test_a_run_stopped_three_times_is_still_the_same(tmp_path):
    steps, model, _ = run(every=1)
    for stop in (4, 9, 17):
        run(tmp_path / "kept", stop=stop, every=1)
    again, resumed, _ = run(tmp_path / "kept", every=1)
    assert again == steps
    assert_same_state(resumed.state_dict(), model.state_dict())


@pytest.mark.slow
def test_a_process_killed_while_it_trains_is_resumed_elsewhere(tmp_path):
    code = f"""
import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})
import os, signal, test_checkpoints as t
for step in t.train(model := t.Net(), t.loss, t.EXAMPLES, steps=t.STEPS, warm_up=4, clip=3.0,
                    average=t.ExponentialAverage(model, decay=0.9),
                    every=10, checkpoint=sys.argv[1]):
    if step.step == 13:
        os.kill(os.getpid(), signal.SIGKILL)
"""
    process = subprocess.run([sys.executable, "-c", code, tmp_path / "kept"], timeout=120)
    assert process.returncode == -signal.SIGKILL
    steps, model, _ = run()
    again, resumed, _ = run(tmp_path / "kept")
    assert again == steps
    assert_same_state(resumed.state_dict(), model.state_dict())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 1}, "seed 0, not 1"),
        ({"rate": 0.1}, "rate 0.002, not 0.1"),
        ({"steps": 26}, "steps 25, not 26"),
        ({"clip": None}, "clip 3.0, not None"),
        ({"average": None}, "average 0.9, not None"),
        ({"model": Net(hidden=9)}, "weights '77 numbers in 5 tensors .*, not '86 numbers in 5"),
        ({"model": Net().double()}, r"weights '77 numbers in 5 tensors \w+', not '77 numbers in 5"),
        ({"model": Renamed()}, r"weights '77 numbers in 5 tensors \w+', not '77 numbers in 5"),
        ({"examples": EXAMPLES[:59]}, r"examples \['\(60, 4\) .*, not \['\(59, 4\)"),
        ({"examples": EXAMPLES + 1}, r"examples \['\(60, 4\) \w+'\], not \['\(60, 4\) \w+'\]"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(tmp_path, changes, message):
    run(tmp_path / "kept", stop=10)
    with pytest.raises(ValueError, match=f"one of this run, but it has .*{message}"):
        run(tmp_path / "kept", **changes)


def test_a_nan_is_kept_out_of_the_checkpoint(tmp_path):
    def breaks(model, x, generator, progress):
        return loss(model, x, generator, progress) / (progress < 15 / STEPS)

    with pytest.raises(training.NanLoss, match="step 15: the loss is inf"):
        training.last(
            train(Net(), breaks, EXAMPLES, steps=STEPS, every=1, checkpoint=tmp_path / "k")
        )
    records = list(
        itertools.islice(
            train(Net(), loss, EXAMPLES, steps=STEPS, every=1, checkpoint=tmp_path / "k"), 14
        )
    )
    assert records[-1].step == 14


def test_two_threads_move_the_weights_as_one_does():
    """Step by step AdamW is the same arithmetic for each number, however many hands there are."""
    moved, threads = [], torch.get_num_threads()
    try:
        for hands in (1, 2):
            torch.set_num_threads(hands)
            weight = nn.Parameter(torch.randn(400_000, generator=devices.generator(0)))
            optimiser = torch.optim.AdamW([weight], lr=0.01, fused=True)
            weight.grad = torch.randn(400_000, generator=devices.generator(1))
            for _ in range(3):
                optimiser.step()
            moved.append(weight.detach())
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(*moved)


# the same path on another device -----------------------------------------------------------------


def test_tensors_come_back_on_the_device_that_is_asked_for(tmp_path):
    """The meta device holds no numbers: a tensor is there only if it was sent there."""
    training.save(tmp_path / "kept", {"weights": torch.ones(3)}, SETTINGS)
    assert training.load(tmp_path / "kept", SETTINGS)["weights"].device.type == "cpu"
    moved = training.load(tmp_path / "kept", SETTINGS, device="meta")["weights"]
    assert moved.device.type == "meta"


def test_a_file_written_on_another_device_opens_on_the_cpu(tmp_path, monkeypatch):
    """Tensors are marked as a GPU's while they are written; this machine may have none."""
    monkeypatch.setattr(torch.serialization, "location_tag", lambda _: "cuda:0")
    training.save(tmp_path / "kept", torch.arange(4.0), SETTINGS)
    monkeypatch.undo()
    assert torch.equal(training.load(tmp_path / "kept", SETTINGS), torch.arange(4.0))
    if not torch.cuda.is_available():
        with pytest.raises(RuntimeError, match="CUDA"):
            torch.load(tmp_path / "kept", weights_only=True)


def test_a_run_resumes_onto_the_device_of_its_model(tmp_path, monkeypatch):
    run(tmp_path / "kept", stop=10)
    asked = []

    def load(path, settings, device):
        asked.append(device)
        return checkpoints_load(path, settings, "cpu")

    checkpoints_load = checkpoints.load
    monkeypatch.setattr(training.run.Run, "device", property(lambda _: torch.device("meta")))
    monkeypatch.setattr(checkpoints, "load", load)
    average = ExponentialAverage(model := Net(), decay=0.9)
    same = {"steps": STEPS, "warm_up": 4, "clip": 3.0, "average": average}
    steps = train(model, loss, EXAMPLES, checkpoint=tmp_path / "kept", **same)
    assert next(steps).step == 1 and asked == [torch.device("meta")]


def test_the_batch_is_sent_to_the_model_and_the_noise_is_drawn_on_the_cpu():
    seen = []

    def looks(model, pair, generator, progress):
        seen.extend([*(t.device.type for t in pair), generator.device.type])
        noise = devices.normal(2, generator=generator, like=pair[0])
        seen.append(noise.device.type)
        raise KeyboardInterrupt

    far = nn.Linear(4, 4, device="meta")
    with pytest.raises(KeyboardInterrupt):
        next(train(far, looks, (EXAMPLES, EXAMPLES), steps=1))
    assert seen == ["meta", "meta", "cpu", "meta"]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_resumed_run_keeps_the_precision(tmp_path, dtype):
    examples = EXAMPLES.to(dtype)
    steps, model, _ = run(model=Net().to(dtype), examples=examples)
    run(tmp_path / "kept", 10, Net().to(dtype), examples)
    again, resumed, _ = run(tmp_path / "kept", None, Net().to(dtype), examples)
    assert again == steps and next(resumed.parameters()).dtype == dtype
    assert_same_state(resumed.state_dict(), model.state_dict())
