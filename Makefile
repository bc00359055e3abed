# Each target is one line, which can be typed by hand: python3 tools/course.py book
PYTHON ?= python3

.PHONY: book test lab check assignments clean python
book: python      ## build the HTML book
	@$(PYTHON) tools/course.py book
test: python      ## re-make and check everything
	@$(PYTHON) tools/course.py test
lab: python       ## open the chapters in JupyterLab
	@$(PYTHON) tools/course.py lab
check: python     ## the fast loop: style and unit tests
	@$(PYTHON) tools/course.py check
assignments: python  ## student, solution and autograder versions of the exercises
	@$(PYTHON) tools/course.py assignments
clean: python     ## remove what was built
	@$(PYTHON) tools/course.py clean

python:
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here. The book needs \
	Python 3.11, 3.12 or 3.13; name it if it is elsewhere: make book PYTHON=/path/to/python3.11" \
	>&2; exit 1; }
