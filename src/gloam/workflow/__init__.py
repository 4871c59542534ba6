"""From data to results: a scan of a spectrum, a run of a search, and the files they leave."""

from gloam.workflow.files import write_run
from gloam.workflow.results import Run
from gloam.workflow.run import run, run_channel
from gloam.workflow.saved import load_run
from gloam.workflow.scan import scan
from gloam.workflow.summary import summary

__all__ = ["Run", "load_run", "run", "run_channel", "scan", "summary", "write_run"]
