# Two commands matter: `make book` and `make test`. Both set up .venv first, if it is not there.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
GRADING := $(subst .venv,.venv-grading,$(BIN))
# Empty in the edition for students, which holds no assignments' sources.
GRADERS := $(if $(wildcard coursework),.venv-grading/installed)
PYTEST := $(BIN)/python -m pytest
CHAPTERS := $(if $(CHAPTER),chapters/$(CHAPTER).ipynb,chapters)
export JUPYTER_PREFER_ENV_PATH = 1

.PHONY: help pdf offline book serve lab check update colab test test-all test-portable nbval execute bench bench-gan bench-real student-edition release collect grade feedback marks formgrader lint format lock clean

help:  ## say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/  -/'

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "medbook needs Python 3.11, 3.12 or 3.13, as TensorFlow and Keras do; try: make book PYTHON=python3.11"; exit 1; }
	@test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Grading has an environment of its own, so that readers need not install it.
.venv-grading/installed: requirements-grading.txt
	@test -d .venv-grading || $(PYTHON) -m venv .venv-grading
	$(GRADING)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-grading.txt
	$(GRADING)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

book: .venv/installed  ## build the site and say where it is
	$(BIN)/jupyter-book build --all -W -n --keep-going .
	@echo "The book: $(CURDIR)/_build/html/index.html"

serve: book  ## show the site at http://localhost:8000
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

lab: .venv/installed  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab chapters

check: .venv/installed  ## say whether this machine is ready, and what to do if not
	$(BIN)/python -m medbook.check

update:  ## bring a clone up to date; chapters that you edited are kept in my/
	$(PYTHON) tools/update.py

colab: .venv/installed  ## write the copies of the chapters that Colab opens to _build/colab
	$(BIN)/python tools/colab.py

test: lint $(GRADERS)  ## lint, unit tests, doctests, nbval on every chapter, checks of the site, of the assignments
	$(PYTEST)
	$(if $(GRADERS),$(GRADING)/python -m pytest tests/coursework)

test-all: lint $(GRADERS)  ## the same and the slow tests
	$(PYTEST) --slow
	$(if $(GRADERS),$(GRADING)/python -m pytest tests/coursework --slow)

test-portable: .venv/installed  ## re-run the chapters as another processor would, and on one thread
	ONEDNN_MAX_CPU_ISA=AVX2 OPENBLAS_CORETYPE=Haswell $(PYTEST) $(CHAPTERS)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 $(PYTEST) $(CHAPTERS)

nbval: .venv/installed  ## run one chapter through its gate: make nbval CHAPTER=convolution
	$(PYTEST) $(CHAPTERS) tests/notebooks/test_form.py -k "$(or $(CHAPTER),ipynb)"

execute: .venv/installed  ## re-run chapters and store their outputs: make execute [CHAPTER=convolution]
	$(BIN)/python tools/execute.py $(CHAPTER)

bench: .venv/installed  ## measure speed, side by side with Keras and SciPy; writes benchmarks/results
	$(BIN)/python benchmarks/convolution.py
	$(BIN)/python benchmarks/pooling.py
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/phantoms.py

release collect grade feedback marks: .venv-grading/installed
	$(GRADING)/python -m coursework $@ $(or $(ASSIGNMENT),$(error which one? add ASSIGNMENT=convolution)) \
	  $(if $(filter collect,$@),$(ZIP) $(if $(ROSTER),--roster $(ROSTER))) \
	  $(if $(filter release,$@),$(if $(COHORT),--cohort $(COHORT))) \
	  $(if $(filter marks,$@),$(if $(WORKSHEET),--worksheet $(WORKSHEET))) --course $(or $(COURSE),course)

release:  ## (teachers) make an assignment's notebook for students: make release ASSIGNMENT=convolution COHORT=2027
collect:  ## (teachers) take submissions from an archive: make collect ASSIGNMENT=convolution ZIP=file.zip [ROSTER=class.csv]
grade:  ## (teachers) grade what was collected, each submission in a sandbox
feedback:  ## (teachers) write a page for each student
marks:  ## (teachers) write the table of marks, and fill Moodle's: make marks ASSIGNMENT=convolution [WORKSHEET=file.csv]

formgrader: .venv-grading/installed  ## (teachers) mark answers by hand in the browser
	cd $(or $(COURSE),course) && $(abspath $(GRADING))/jupyter lab

student-edition: .venv-grading/installed  ## write the tree that may be public, without solutions, to _build/student-edition
	$(GRADING)/python -m coursework.student_edition

pdf: .venv/installed  ## print the whole book to _build/medbook.pdf and check it (needs Chromium)
	$(BIN)/python tools/pdf.py

offline: .venv/installed  ## pack site, PDF, notebooks and package for a room without network: make offline [WHEELS=1]
	$(BIN)/python tools/offline.py $(if $(WHEELS),--wheels)

bench-gan: .venv/installed  ## does a GAN help a classifier? about 50 processor minutes
	$(BIN)/python benchmarks/gan.py
	$(BIN)/python benchmarks/gan_quality.py

bench-real: .venv/installed  ## train on real images, fetched where MEDBOOK_DATA has none; about 45 processor minutes
	$(BIN)/python benchmarks/real_data.py

lint: .venv/installed  ## style, spelling, and which package may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/lint-imports

format: .venv/installed  ## let ruff lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/installed  ## compile requirements.txt anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --group book --group test --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade -o requirements.txt
	uv pip compile pyproject.toml --group grading --group test -c requirements.txt --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
	  --upgrade -o requirements-grading.txt

clean:  ## delete what was built, and the environment
	rm -rf .venv _build *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
