"""Sphinx configuration."""

import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
project_table = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]

project = project_table["name"]
version = release = project_table["version"]
author = "The gloam developers"
copyright = author  # noqa: A001 - the name Sphinx reads

nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # signatures name types of other libraries
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["README.md"]
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]

autodoc_typehints = "none"
autodoc_class_signature = "mixed"
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"{project} {version}"

# the help texts of all commands, as the command line prints them
subprocess.run([sys.executable, HERE.parent / "tools" / "write_commands.py", HERE / "commands.md"], check=True)
