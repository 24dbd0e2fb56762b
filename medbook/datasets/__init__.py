"""Images with labels, by name: simulated ones at once, public ones fetched and verified."""

from medbook.datasets.catalogue import load, names
from medbook.datasets.dataset import Dataset
from medbook.datasets.errors import DataError
from medbook.datasets.splits import check_disjoint

__all__ = ["DataError", "Dataset", "check_disjoint", "load", "names"]
