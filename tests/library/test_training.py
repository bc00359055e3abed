"""The loop: every step can be repeated, every failure has a name, and PyTorch agrees."""

import io
import math
import sys

import numpy as np
import pytest
import torch
from torch import nn

from diffusion_derived import devices, training
from diffusion_derived.training import ExponentialAverage, NanLoss, Step, batch_of, train

STEPS = 30
EXAMPLES = torch.randn(100, 3, generator=devices.generator(0))


def line(seed=1):
    with devices.seeded(seed):
        return nn.Linear(3, 1)


def noisy_squares(model, x, generator, progress):
    """A loss with noise of its own, whose gradient is never zero for long."""
    noise = devices.normal(len(x), 1, generator=generator, like=x)
    return (model(x) - x.sum(dim=1, keepdim=True) - noise).square().mean()


def start(model=None, loss=noisy_squares, **changes):
    return train(model or line(), loss, EXAMPLES, **{"steps": STEPS, "warm_up": 5} | changes)


def weights(model):
    return nn.utils.parameters_to_vector(model.parameters()).detach()


# the loop ----------------------------------------------------------------------------------------


def test_nothing_happens_before_a_step_is_asked_for():
    model = line()
    steps = start(model)
    assert torch.equal(weights(model), weights(line()))
    assert next(steps).step == 1
    assert not torch.equal(weights(model), weights(line()))


def test_the_loop_is_adamw_with_the_batches_and_rates_that_it_reports():
    model, plain = line(), line()
    optimiser = torch.optim.AdamW(plain.parameters(), lr=1.0, weight_decay=0.1, foreach=False)
    for record in start(model, weight_decay=0.1, rate=0.05, batch=7):
        generator = devices.generator(record.seed)
        x = EXAMPLES[torch.randint(100, (7,), generator=generator)]
        optimiser.param_groups[0]["lr"] = record.rate
        optimiser.zero_grad()
        loss = noisy_squares(plain, x, generator, record.step / STEPS)
        loss.backward()
        norm = torch.cat([p.grad.flatten() for p in plain.parameters()]).norm()
        assert record.loss == pytest.approx(loss.item(), rel=1e-5)
        assert record.gradient_norm == pytest.approx(norm.item(), rel=1e-5)
        optimiser.step()
    torch.testing.assert_close(weights(model), weights(plain))


def test_training_finds_the_answer():
    model = line()
    training.last(start(model, steps=400, rate=0.1))
    torch.testing.assert_close(weights(model), torch.tensor([1.0, 1, 1, 0]), atol=0.1, rtol=0)


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    runs = [list(start(seed=seed)) for seed in (4, 4, 5)]
    assert runs[0] == runs[1] and runs[0] != runs[2]
    seeds = [record.seed for record in runs[0] + runs[2]]
    assert len(set(seeds)) == 2 * STEPS


def test_the_global_random_numbers_are_neither_read_nor_moved():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = list(start())
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert list(start()) == first


def test_progress_runs_up_to_one():
    seen = []

    def loss(model, x, generator, progress):
        seen.append(progress)
        return noisy_squares(model, x, generator, progress)

    training.last(start(loss=loss))
    assert seen == [step / STEPS for step in range(1, STEPS + 1)]


def test_a_tuple_of_tensors_is_drawn_row_by_row():
    rows = torch.arange(100)
    x, number = batch_of((EXAMPLES, rows), 8, devices.generator(1))
    assert torch.equal(x, EXAMPLES[number]) and len(number) == 8
    seen = []

    def loss(model, pair, generator, progress):
        seen.append(torch.equal(pair[0], EXAMPLES[pair[1]]))
        return model(pair[0]).square().mean()

    training.last(train(line(), loss, (EXAMPLES, rows), steps=3))
    assert seen == [True] * 3


def test_all_examples_are_drawn_equally_often():
    drawn = torch.cat(
        [
            batch_of(torch.arange(5), 32, devices.generator(devices.seed_of(0, i)))
            for i in range(500)
        ]
    )
    counts = drawn.bincount() / len(drawn)
    assert (counts - 0.2).abs().max() < 4 * math.sqrt(0.16 / len(drawn))


# the rate ----------------------------------------------------------------------------------------


def test_the_rate_is_that_of_pytorch_s_schedules():
    optimiser = torch.optim.SGD(line().parameters(), lr=2.0)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 40)
    for step in range(1, 41):
        expected = optimiser.param_groups[0]["lr"] * min(1, step / 10)
        assert training.learning_rate(step, 40, 2.0, 10) == pytest.approx(expected, rel=1e-9)
        optimiser.step()
        cosine.step()
    assert 0 < training.learning_rate(40, 40, 2.0) < 0.01
    assert [record.rate for record in start(rate=3.0)] == [
        training.learning_rate(step, STEPS, 3.0, 5) for step in range(1, STEPS + 1)
    ]


@pytest.mark.parametrize("step", [0, 41])
def test_a_rate_outside_the_run_is_refused(step):
    with pytest.raises(ValueError, match=f"step = {step}: expected a step from 1 to 40"):
        training.learning_rate(step, 40, 1.0)


# clipping ----------------------------------------------------------------------------------------


def test_a_long_gradient_is_shortened_and_reported():
    lengths = []

    def loss(model, x, generator, progress):
        return 10 * model(x).mean()

    model = line()
    for record in start(model, loss, clip=0.5):
        gradient = torch.cat([p.grad.flatten() for p in model.parameters()])
        lengths.append(gradient.norm().item())
        assert record.clipped and record.gradient_norm > 10
    assert lengths == pytest.approx([0.5] * STEPS, rel=1e-5)


def test_a_short_gradient_is_left_alone():
    free, clipped = list(start()), list(start(clip=1e6))
    assert free == clipped and not any(record.clipped for record in free)


def test_a_run_in_between_says_which_steps_were_clipped():
    limit = float(np.median([record.gradient_norm for record in start()]))
    records = list(start(clip=limit))
    assert {record.clipped for record in records} == {True, False}
    assert all(record.clipped == (record.gradient_norm > limit) for record in records)


# a loss that is no number ------------------------------------------------------------------------


def breaks_on(row):
    """A loss that is no number when the batch holds this example."""

    def loss(model, x, generator, progress):
        hit = (x == EXAMPLES[row]).all(dim=1)
        return noisy_squares(model, x, generator, progress) + (0.0 / (~hit).float()).sum()

    return loss


def test_a_nan_names_its_step_and_seed_and_the_batch_comes_back():
    model, records = line(), []
    row = int(batch_of(torch.arange(100), 4, devices.generator(devices.seed_of(0, 12)))[0])
    with pytest.raises(NanLoss, match=r"step \d+: the loss is nan, .*generator\(") as caught:
        for record in start(model, breaks_on(row), batch=4):
            records.append(record)
    error = caught.value
    assert error.step == len(records) + 1 <= 12 and str(error.seed) in str(error)
    x = batch_of(EXAMPLES, 4, devices.generator(error.seed))
    assert (x == EXAMPLES[row]).all(dim=1).any()
    unbroken = line()
    for _, _ in zip(range(error.step - 1), start(unbroken, batch=4), strict=False):
        pass
    assert torch.equal(weights(model), weights(unbroken))


def test_the_loss_of_a_named_seed_is_the_loss_of_that_step():
    record = next(start())
    generator = devices.generator(record.seed)
    again = noisy_squares(line(), batch_of(EXAMPLES, 32, generator), generator, 0)
    assert again.item() == record.loss


@pytest.mark.parametrize(
    ("loss", "shown"),
    [
        (lambda m, x, g, p: m(x).mean() * math.inf, "the loss is -?inf"),
        # The root has no slope at 0: the loss is fine, its gradient is not.
        (lambda m, x, g, p: (0 * m(x)).square().sum().sqrt(), "the loss is 0.0, the length .* nan"),
    ],
)
def test_an_infinite_loss_and_a_gradient_that_is_no_number_stop_the_run(loss, shown):
    with pytest.raises(NanLoss, match=f"step 1: {shown}"):
        training.last(start(loss=loss))


# what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "steps = 0: expected a whole number, at least 1"),
        ({"batch": 2.5}, "batch = 2.5: expected a whole number"),
        ({"rate": -1}, "rate = -1: expected a number above 0"),
        ({"rate": math.nan}, "rate = nan: expected a finite number"),
        ({"weight_decay": -0.1}, "weight_decay = -0.1: expected a number, at least 0"),
        ({"warm_up": -1}, "warm_up = -1: expected a whole number, at least 0"),
        ({"clip": 0}, "clip = 0: expected a number above 0"),
        ({"seed": -1}, "seed = -1: expected a whole number"),
        ({"every": 0}, "every = 0: expected a whole number, at least 1"),
        ({"average": ExponentialAverage(line())}, "average = of another model"),
    ],
)
def test_a_bad_setting_is_refused_at_the_call(changes, message):
    with pytest.raises(ValueError, match=message):
        start(**changes)


def test_a_loss_that_is_not_one_number_is_refused():
    with pytest.raises(ValueError, match=r"loss = \[32\]: expected one number, the mean"):
        next(start(loss=lambda m, x, g, p: m(x).squeeze(1)))


@pytest.mark.parametrize(
    "loss",
    [
        lambda m, x, g, p: (m(x) - torch.randn(len(x), 1)).square().mean(),
        lambda m, x, g, p: m(nn.functional.dropout(x, 0.5)).square().mean(),
    ],
    ids=["its own noise", "PyTorch's dropout"],
)
def test_noise_that_a_resumed_run_could_not_repeat_is_refused(loss):
    with pytest.raises(ValueError, match="loss = drawn from PyTorch's own generator"):
        next(start(loss=loss))


def test_columns_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match=r"examples = \[99, 100\]: expected tensors of one length"):
        batch_of((EXAMPLES, EXAMPLES[1:]), 4, devices.generator(0))
    with pytest.raises(ValueError, match=r"examples = \[0\]"):
        batch_of(EXAMPLES[:0], 4, devices.generator(0))


# the average of the weights ----------------------------------------------------------------------


def test_the_average_is_the_sum_that_its_formula_writes_out():
    model = line()
    average = ExponentialAverage(model, decay=0.8)
    seen = [weights(model).double()]
    for _ in start(model, average=average, rate=0.1):
        seen.append(weights(model).double())
    expected = seen[0]
    for n, now in enumerate(seen[1:], start=1):
        decay = min(0.8, n / (9 + n))
        expected = decay * expected + (1 - decay) * now
    average.copy_to(copy := line(2))
    torch.testing.assert_close(weights(copy).double(), expected, rtol=1e-5, atol=1e-6)
    assert torch.equal(weights(model).double(), seen[-1])


def test_the_warm_up_forgets_the_first_weights():
    def share_of_the_start(decay_of):
        return math.prod(decay_of(n) for n in range(1, 101))

    model = nn.Linear(1, 1, bias=False)
    nn.init.ones_(model.weight)
    average = ExponentialAverage(model, decay=0.99)
    nn.init.zeros_(model.weight)
    for _ in range(100):
        average.update()
    left = average.weights["weight"].item()
    assert left == pytest.approx(share_of_the_start(lambda n: min(0.99, n / (9 + n))), rel=1e-4)
    assert left < 1e-10 < share_of_the_start(lambda n: 0.99)


def test_an_average_of_weights_that_shake_is_calmer():
    model = line()
    average = ExponentialAverage(model, decay=0.98)
    path, calm = [], line(2)
    for _ in train(model, noisy_squares, EXAMPLES, steps=400, rate=0.1, average=average):
        average.copy_to(calm)
        path.append((weights(model), weights(calm)))
    plain, averaged = (torch.stack(part[150:250]).std(dim=0) for part in zip(*path, strict=True))
    assert (averaged < 0.7 * plain).all()


def test_whole_numbers_of_a_model_are_copied_not_averaged():
    model = nn.BatchNorm1d(2)
    average = ExponentialAverage(model, decay=0.5)
    model.num_batches_tracked += 7
    average.update()
    assert average.weights["num_batches_tracked"] == 7


@pytest.mark.parametrize("decay", [1, -0.1, 1.5])
def test_a_bad_decay_is_refused(decay):
    with pytest.raises(ValueError, match=f"decay = {decay}"):
        ExponentialAverage(line(), decay)


# watching ----------------------------------------------------------------------------------------


class Screen(io.StringIO):
    """A place for text that may be a terminal."""

    def __init__(self, is_terminal):
        super().__init__()
        self.isatty = lambda: is_terminal


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_shows_on_a_terminal_and_nothing_elsewhere(monkeypatch, is_terminal):
    monkeypatch.setattr(sys, "stderr", screen := Screen(is_terminal))
    steps = list(training.watch(start(), STEPS))
    assert steps == list(start())
    assert ("/30" in screen.getvalue()) == is_terminal


@pytest.mark.parametrize(("asks", "expected"), [(True, True), (False, False)])
def test_in_a_notebook_the_front_end_decides(monkeypatch, asks, expected):
    class Shell:
        kernel = type("Kernel", (), {"_allow_stdin": asks})()

    import IPython

    monkeypatch.setattr(IPython, "get_ipython", lambda: Shell)
    monkeypatch.setattr(sys, "stderr", Screen(True))
    assert training.is_watched() is expected


@pytest.mark.slow
def test_a_kernel_says_whether_somebody_can_answer():
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    code = "from diffusion_derived import training; print(training.is_watched())"
    shown = []
    try:
        for asks in (True, False):
            client.execute_interactive(
                code, allow_stdin=asks, timeout=120, stdin_hook=lambda _: None,
                output_hook=lambda m: shown.append(m["content"].get("text")),
            )  # fmt: skip
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert [text.strip() for text in shown if text] == ["True", "False"]


def test_the_last_step_and_all_losses():
    steps = list(start())
    assert training.last(start()) == steps[-1] and steps[-1].step == STEPS
    assert isinstance(steps[0], Step)
    assert np.array_equal(training.losses(start()), [step.loss for step in steps])
    with pytest.raises(ValueError, match="steps = none: expected at least one step"):
        training.last(iter(()))
