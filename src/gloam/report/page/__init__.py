"""The page of a run: what it says, what its scripts show, and the scripts."""

from gloam.report.page.document import write_page

__all__ = ["write_page"]
