"""Sphinx configuration."""

import tomllib
from pathlib import Path

project_table = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

project = project_table["name"]
version = release = project_table["version"]
author = "The gloam developers"
copyright = author  # noqa: A001 - the name Sphinx reads

extensions = ["myst_parser"]
exclude_patterns = ["README.md"]
nitpicky = True
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"{project} {version}"
