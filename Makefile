# `make run` and `make test` set up all they need by themselves. Needs Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEED ?= 7
SIZE ?= 2048
OUT ?= out
SCENE := $(OUT)/scene_$(SEED)_$(SIZE)
RASTER ?= $(SCENE)/rgb.tif
QGIS_PYTHON ?= /usr/bin/python3
TASK ?= roads
CONFIG ?= training/configs/$(TASK)_short.toml

.DEFAULT_GOAL := help
.PHONY: help run test lint package install-plugin translations bench bench-qgis train clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 23

# The built-in scene knows its true roads and heights, so the results are compared with them.
run: $(VENV)/.engine $(filter $(SCENE)/rgb.tif,$(RASTER)) ## roads and heights of the built-in scene, or of RASTER=path
	mkdir -p "$(OUT)"
	$(BIN)/plumbline roads "$(RASTER)" "$(OUT)/roads.gpkg" --preview "$(OUT)/roads.png"
	$(BIN)/plumbline heights "$(RASTER)" "$(OUT)/heights.tif" --preview "$(OUT)/heights.png" \
		--rectified "$(OUT)/rectified_heights.tif" --rectified-rgb "$(OUT)/rectified.tif"
ifeq ($(RASTER),$(SCENE)/rgb.tif)
	$(BIN)/plumbline evaluate roads "$(OUT)/roads.gpkg" "$(SCENE)/truth.gpkg" --image "$(RASTER)" \
		--layers "$(OUT)/compared.gpkg" --picture "$(OUT)/compared.png"
	$(BIN)/plumbline evaluate heights "$(OUT)/heights.tif" "$(SCENE)/height.tif" --image "$(RASTER)" \
		--picture "$(OUT)/compared_heights.png"
endif

$(SCENE)/rgb.tif: | $(VENV)/.engine
	$(BIN)/python -m training scenes "$(SCENE)" --seed $(SEED) --size $(SIZE) --m-per-px 0.5 --off-nadir 25

test: $(VENV)/.development ## run all tests
	sh scripts/system_packages.sh
	$(BIN)/python -m pytest
	scripts/in_qgis.sh /usr/bin/python3 "$(CURDIR)/$(BIN)/python"

lint: $(VENV)/.development ## style, types, borders between packages, security scan
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive engine qgis_plugin
	for script in scripts/*.sh; do sh -n "$$script" || exit; done

package: $(VENV)/.engine ## the plugin's zip, in dist/
	$(BIN)/python -m scripts.package

install-plugin: $(VENV)/.engine ## put the plugin into your QGIS, or into PROFILE=folder
	$(BIN)/python -m scripts.install_plugin "$(PROFILE)"

translations: $(VENV)/.engine ## write the texts to translate into qgis_plugin/i18n
	$(BIN)/python -m scripts.translations

bench: $(VENV)/.development ## measure speed and memory, as ratios
	$(BIN)/python -m benchmarks

bench-qgis: $(SCENE)/rgb.tif ## measure what a click on the map costs, in the QGIS of QGIS_PYTHON
	HOME=$$(mktemp -d) QT_QPA_PLATFORM=offscreen PLUMBLINE_PYTHON="$(CURDIR)/$(BIN)/python" \
		$(QGIS_PYTHON) benchmarks/click_in_qgis.py $(SCENE)/rgb.tif

train: $(VENV)/.development ## train TASK=roads or heights by CONFIG=file with DATA=folder from START=weights; a stopped run goes on
	$(BIN)/python -m training $(TASK) --config "$(CONFIG)" $(if $(DATA),--data "$(DATA)") \
		$(if $(START),--start "$(START)") --resume

clean: ## remove the environment and what was made
	rm -rf $(VENV) $(OUT) dist

$(VENV)/pyvenv.cfg:
	sh scripts/python_environment.sh "$(PYTHON)" "$(VENV)"

# A stamp is newer than what it was made from, so a second run starts at once.
$(VENV)/.engine: pyproject.toml metadata.txt | $(VENV)/pyvenv.cfg
	@echo "Installing what Plumbline needs: some minutes at the first time"
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/.development: $(VENV)/.engine
	$(BIN)/pip install --quiet --editable '.[training,dev]'
	touch $@
