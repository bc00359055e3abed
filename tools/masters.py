"""The exercises' master notebooks: one file holds statement, solution, checks and hidden tests.

A master is a notebook that Otter Assign reads; raw cells mark its parts. Here it becomes a `Master`
of `Question`s, and whatever does not keep to the format is an error that names file and question.
"""

import ast
import dataclasses
import pathlib
import re
import symtable

import yaml
from nbformat import NotebookNode

from nbfiles import read, shown

MARK = re.compile(r"# (ASSIGNMENT CONFIG|(BEGIN|END) (QUESTION|SOLUTION|TESTS))\s*(\n|$)")

HEADING = re.compile(r"## Exercise (?P<number>\d+\.\d+)\. (?P<title>.+)")
OBJECTIVE = re.compile(
    r"> \*\*Objective\.\*\* (?P<objective>.+?) "
    r"\*(?P<points>[\d.]+) points?, about (?P<minutes>\d+) minutes\.\*"
)
HIDDEN = "# HIDDEN"
SEED_LINE = re.compile(r"^SECRET_SEED = 0$", re.M)
ASSIGNED = re.compile(r"(?P<name>\s*[\w.]+ =) .*# SOLUTION$")
OPENS, CLOSES = "# BEGIN SOLUTION", "# END SOLUTION"


class MasterError(ValueError):
    """A master that does not keep to the format; the message names the file and the question."""


@dataclasses.dataclass(frozen=True)
class Test:
    """One test cell: its code, whether students see it, and the points that it decides."""

    source: str
    hidden: bool
    points: float

    def seeded(self, seed: int) -> str:
        """The code with the instructor's seed in place of the public 0."""
        return SEED_LINE.sub(f"SECRET_SEED = {seed}", self.source)


@dataclasses.dataclass(frozen=True)
class Question:
    """One exercise: what is asked, for how many points, its model solution and its tests."""

    name: str
    number: str
    title: str
    objective: str
    minutes: int
    points: float
    manual: bool
    given: tuple[str, ...]
    solution: tuple[str, ...]
    words: tuple[str, ...]
    tests: tuple[Test, ...]

    @property
    def stub(self) -> tuple[str, ...]:
        """The answer cells as the student gets them."""
        return tuple(map(stub, self.solution))


@dataclasses.dataclass(frozen=True)
class Master:
    """A master notebook: the set-up's code and the questions in order."""

    path: pathlib.Path
    setup: tuple[str, ...]
    questions: tuple[Question, ...]

    def question(self, name: str) -> Question:
        """The question of this name; `MasterError` if there is none."""
        found = next((q for q in self.questions if q.name == name), None)
        if found is None:
            raise MasterError(f"{shown(self.path)} has no question {name}")
        return found


def stub(source: str) -> str:
    """What is left of a solution cell for the student: each marked part becomes `...`."""
    lines, inside = [], False
    for line in source.splitlines():
        if line.strip() == CLOSES:
            inside = False
        elif inside:
            continue
        elif line.strip() == OPENS:
            inside = True
            lines.append(line.replace(OPENS, "..."))
        else:
            lines.append(ASSIGNED.sub(r"\g<name> ...", line))
    return "\n".join(lines)


def mark_of(cell: NotebookNode) -> str:
    """What a raw cell marks, such as 'BEGIN TESTS'; empty for any other cell."""
    found = MARK.match(cell.source) if cell.cell_type == "raw" else None
    return found[1] if found else ""


def read_master(path: pathlib.Path) -> Master:
    """Read a master from its file; `MasterError` if it does not keep to the format."""
    try:
        return _master(path, read(path).cells)
    except MasterError as problem:
        raise MasterError(f"{shown(path)}: {problem}") from problem


def _master(path: pathlib.Path, cells: list[NotebookNode]) -> Master:
    if not cells or mark_of(cells[0]) != "ASSIGNMENT CONFIG":
        raise MasterError("the first cell is not the raw cell that begins '# ASSIGNMENT CONFIG'")
    name = _config(cells[0]).get("name")
    if name != path.stem:
        raise MasterError(f"the assignment's name is {name!r}; expected the file's, {path.stem!r}")
    blocks, setup = _blocks(cells[1:])
    chapter = str(int(path.stem[:2])) if path.stem[:2].isdigit() else ""
    questions = tuple(
        _question(block, f"q{place}", f"{chapter}.{place}")
        for place, block in enumerate(blocks, start=1)
    )
    for place, question in enumerate(questions, start=1):
        _check_names(question, setup)
        _check_later(question, questions[place:])
    if not questions:
        raise MasterError("there is no question; expected raw cells that begin '# BEGIN QUESTION'")
    return Master(path, setup, questions)


def _blocks(cells: list[NotebookNode]) -> tuple[list[list[NotebookNode]], tuple[str, ...]]:
    """The cells of each question, from its first mark up to its last, and the set-up's code."""
    blocks: list[list[NotebookNode]] = []
    setup, inside = [], False
    for cell in cells:
        mark = mark_of(cell)
        if cell.cell_type == "raw" and not mark:
            raise MasterError(f"raw cell {cell.get('id')} marks nothing: {cell.source[:40]!r}")
        if mark == "BEGIN QUESTION":
            if inside:
                raise MasterError(f"question {len(blocks)} has no '# END QUESTION'")
            blocks.append([])
            inside = True
        elif not inside and cell.cell_type == "code" and not blocks:
            setup.append(cell.source)
        elif not inside and cell.cell_type != "markdown":
            raise MasterError(f"cell {cell.get('id')} stands outside the questions")
        if inside:
            blocks[-1].append(cell)
        if mark == "END QUESTION":
            inside = False
    if inside:
        raise MasterError(f"question {len(blocks)} has no '# END QUESTION'")
    return blocks, tuple(setup)


def _question(cells: list[NotebookNode], name: str, number: str) -> Question:
    try:
        parts = _parts(cells[1:-1])
        return _checked(_config(cells[0]), parts, name, number)
    except MasterError as problem:
        raise MasterError(f"question {name}: {problem}") from problem


def _parts(cells: list[NotebookNode]) -> dict[str, list[NotebookNode]]:
    """A question's cells by the part that they stand in."""
    parts: dict[str, list[NotebookNode]] = {"STATEMENT": [], "SOLUTION": [], "TESTS": []}
    part = "STATEMENT"
    for cell in cells:
        verb, _, noun = mark_of(cell).partition(" ")
        if not verb:
            parts[part].append(cell)
        elif verb == "BEGIN" and part == "STATEMENT" and not parts[noun]:
            part = noun
        elif verb == "END" and noun == part:
            part = "STATEMENT"
        else:
            raise MasterError(f"'# {verb} {noun}' stands where it has no meaning")
    if part != "STATEMENT":
        raise MasterError(f"there is no '# END {part}'")
    return parts


def _checked(config: dict, parts: dict[str, list[NotebookNode]], name: str, number: str):
    """The question, if all that the format asks for is there."""
    if config.get("name") != name:
        raise MasterError(f"its name is {config.get('name')!r}; expected {name!r}")
    statement, solution = _kinds(parts["STATEMENT"]), _kinds(parts["SOLUTION"])
    head = _head("\n\n".join(statement["markdown"]), number)
    manual = bool(config.get("manual", False))
    question = Question(
        name=name,
        number=number,
        title=head["title"],
        objective=head["objective"],
        minutes=int(head["minutes"]),
        points=float(head["points"]),
        manual=manual,
        given=tuple(statement["code"]),
        solution=tuple(solution["code"]),
        words=tuple(solution["markdown"]),
        tests=() if manual else _tests(parts["TESTS"], config.get("points")),
    )
    _check_points(question, config.get("points"))
    _check_solution(question)
    if manual and parts["TESTS"]:
        raise MasterError("it is marked by hand and has tests")
    return question


def _kinds(cells: list[NotebookNode]) -> dict[str, list[str]]:
    """The sources of a part's cells by their type."""
    return {kind: [c.source for c in cells if c.cell_type == kind] for kind in ("markdown", "code")}


def _config(cell: NotebookNode) -> dict:
    """The settings below a raw cell's mark."""
    try:
        settings = yaml.safe_load(cell.source)
    except yaml.YAMLError as error:
        raise MasterError(f"the settings of cell {cell.get('id')} are no YAML: {error}") from error
    return settings if isinstance(settings, dict) else {}


def _head(statement: str, number: str) -> dict[str, str]:
    """Number, title, objective, points and minutes, read from the statement's first lines."""
    heading, objective = HEADING.match(statement), OBJECTIVE.search(statement)
    if not heading or heading["number"] != number:
        raise MasterError(f"its statement does not begin '## Exercise {number}. Title'")
    if not objective:
        raise MasterError(
            "its statement has no box '> **Objective.** Words. *4 points, about 10 minutes.*'"
        )
    return heading.groupdict() | objective.groupdict()


def _tests(cells: list[NotebookNode], points) -> tuple[Test, ...]:
    """The test cells with their points."""
    if not isinstance(points, list) or len(points) != len(cells):
        raise MasterError(f"its points are {points}; expected a list of {len(cells)}, one a test")
    tests = tuple(
        Test(cell.source, cell.source.startswith(HIDDEN), worth)
        for cell, worth in zip(cells, points, strict=True)
    )
    for place, test in enumerate(tests, start=1):
        _check_test(test, place)
    if not any(SEED_LINE.search(test.source) for test in tests):
        raise MasterError("no hidden test draws its inputs: expected a line 'SECRET_SEED = 0'")
    return tests


def _check_test(test: Test, place: int) -> None:
    if not any(isinstance(node, ast.Assert) for node in ast.walk(_python(test.source))):
        raise MasterError(f"test {place} asserts nothing")
    if len(SEED_LINE.findall(test.source)) != test.source.count("SECRET_SEED ="):
        raise MasterError(f"test {place} sets the seed otherwise than by 'SECRET_SEED = 0'")
    if "SECRET_SEED" in test.source and not test.hidden:
        raise MasterError(f"test {place} has the secret seed and does not begin '{HIDDEN}'")


def _check_points(question: Question, points) -> None:
    total = points if question.manual else sum(test.points for test in question.tests)
    if total != question.points:
        raise MasterError(f"its statement says {question.points:g} points, its settings {total}")


def _check_solution(question: Question) -> None:
    """Every solution cell leaves a stub that is Python and keeps nothing of the answer."""
    if not (question.words if question.manual else question.solution):
        raise MasterError(f"its solution has no {'words' if question.manual else 'code'}")
    for source in question.solution:
        left = stub(source)
        if left == source or "SOLUTION" in left:
            raise MasterError(
                "a solution cell is not marked: expected lines 'name = value  # SOLUTION', "
                f"or '{OPENS}' and '{CLOSES}', in\n{source}"
            )
        kept = next(filter(_assigns, _python(left).body), None)
        if kept is not None:
            raise MasterError(f"the student's notebook would keep '{ast.unparse(kept)}'")
        _python(source)


def _check_names(question: Question, setup: tuple[str, ...]) -> None:
    """No test changes what the set-up or the answer has named."""
    taken = set().union(*map(_assigned, (*setup, *question.given, *question.solution)))
    for place, test in enumerate(question.tests, start=1):
        changed = sorted(_assigned(test.source) & taken)
        if changed:
            raise MasterError(f"question {question.name}: test {place} changes {changed[0]}")


def _check_later(question: Question, later: tuple[Question, ...]) -> None:
    """No later question changes what this one's tests read: they may run when all cells have."""
    needed = set().union(*(_needed(test.source) for test in question.tests))
    for other in later:
        cells = (*other.given, *other.solution, *(test.source for test in other.tests))
        changed = sorted(set().union(*map(_assigned, cells)) & needed)
        if changed:
            raise MasterError(
                f"question {other.name} changes {changed[0]}, which a test of {question.name} reads"
            )


def _assigned(source: str) -> set[str]:
    """The names that a cell gives a value at its top level."""
    symbols = symtable.symtable(source, "<cell>", "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned()}


def _needed(source: str) -> set[str]:
    """The names that a cell reads, at any depth, and does not set or import itself."""
    tables = [symtable.symtable(source, "<cell>", "exec")]
    own = {s.get_name() for s in tables[0].get_symbols() if s.is_assigned() or s.is_imported()}
    for table in tables:
        tables += table.get_children()
    read = (s for table in tables for s in table.get_symbols() if s.is_global())
    return {s.get_name() for s in read if s.is_referenced()} - own


def _python(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise MasterError(f"this is no Python: {error}\n{source}") from error


def _assigns(statement: ast.stmt) -> bool:
    """Whether a statement gives a name another value than the stub's `...`."""
    value = getattr(statement, "value", None)
    is_stub = isinstance(value, ast.Constant) and value.value is ...
    return isinstance(statement, ast.Assign | ast.AnnAssign) and not is_stub
