"""What one check found, and what to do about it."""

import dataclasses

STATUSES = ("ok", "note", "fail")


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, what was found, and what helps.

    Parameters
    ----------
    status : {"ok", "note", "fail"}
        "note" is worth knowing, but the chapters run all the same; "fail" means that some will not.
    subject : str
        What was looked at, such as "Memory".
    text : str
        What was found, in plain words.
    remedy : str, optional
        What to do. Required unless the status is "ok".

    Raises
    ------
    ValueError
        If the status is unknown, or if a finding that is not "ok" has no remedy.

    Examples
    --------
    >>> print(Finding("note", "Processor", "one thread.", remedy="Expect to wait twice as long."))
    [note]  Processor: one thread.
            What to do: Expect to wait twice as long.
    """

    status: str
    subject: str
    text: str
    remedy: str = ""

    def __post_init__(self):
        if self.status not in STATUSES:
            raise ValueError(f"status must be one of {STATUSES}, not {self.status!r}.")
        if self.status != "ok" and not self.remedy:
            raise ValueError(f"the finding on {self.subject!r} is {self.status!r} and needs a remedy: say what to do.")

    def __str__(self):
        line = f"{f'[{self.status}]':<7} {self.subject}: {self.text}"
        return f"{line}\n        What to do: {self.remedy}" if self.remedy else line
