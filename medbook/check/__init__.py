"""``python -m medbook.check``: is this machine ready for the book?"""

from medbook.check.finding import Finding
from medbook.check.report import format_report, run_checks

__all__ = ["Finding", "format_report", "run_checks"]
