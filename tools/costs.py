"""What a run of the tests costs: processor time of the notebooks and of the rest, and wall time.

A notebook runs in a process of its own, whose time is known when it has ended: with its last cell.
Every worker adds up its own notebooks and hands the sum on.
"""

import time

import pytest

try:
    import resource
except ImportError:  # Windows has no account of a process's children.
    resource = None


def processor() -> float:
    """Processor seconds of this process and of its children that have ended."""
    if resource is None:
        return time.process_time()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def is_cell(item) -> bool:
    """Whether a test is a notebook's cell."""
    return type(item).__module__.partition(".")[0] == "nbval"


class Costs:
    """A plugin of pytest that keeps the account and says it at the end."""

    def __init__(self, worker_output: dict | None = None) -> None:
        self.notebooks, self.cells = 0.0, 0
        self.started, self.worker_output = time.monotonic(), worker_output

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        """Account for one test; a notebook's process ends within its last cell."""
        before = processor()
        result = yield
        if is_cell(item):
            self.notebooks, self.cells = self.notebooks + processor() - before, self.cells + 1
        return result

    def pytest_sessionfinish(self):
        """A worker hands its sum on."""
        if self.worker_output is not None:
            self.worker_output["costs"] = (self.notebooks, self.cells)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        """The sum of a worker that has ended."""
        notebooks, cells = getattr(node, "workeroutput", {}).get("costs", (0.0, 0))
        self.notebooks, self.cells = self.notebooks + notebooks, self.cells + cells

    def pytest_terminal_summary(self, terminalreporter):
        """Say what the run cost."""
        terminalreporter.write_line(self.words(processor(), time.monotonic() - self.started))

    def words(self, used: float, wall: float) -> str:
        """The account in one line."""
        if not self.cells:
            return f"processor {used:.0f} s, wall {wall:.0f} s"
        rest = used - self.notebooks
        parts = f"notebooks {self.notebooks:.0f} s, the rest {rest:.0f} s"
        return f"processor {used:.0f} s ({parts}), wall {wall:.0f} s"
