import pytest

from medbook.check import Finding


def test_line_begins_with_the_status_and_ends_with_the_remedy():
    text = str(Finding("fail", "Memory", "1.0 GiB free.", "Close the browser."))
    assert text == "[fail]  Memory: 1.0 GiB free.\n        What to do: Close the browser."


def test_line_that_is_in_order_has_no_remedy():
    assert "What to do" not in str(Finding("ok", "Memory", "8.0 GiB free."))


@pytest.mark.parametrize("status", ["note", "fail"])
def test_finding_without_remedy_is_refused(status):
    with pytest.raises(ValueError, match="say what to do"):
        Finding(status, "Memory", "1.0 GiB free.")


def test_unknown_status_is_refused():
    with pytest.raises(ValueError, match="'warning'"):
        Finding("warning", "Memory", "1.0 GiB free.", "Close the browser.")
