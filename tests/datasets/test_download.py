"""Rows 37 and 50: what can go wrong on the way from an address to a file, with a real server on this machine."""

import hashlib
import os
import socket
from dataclasses import replace

import pytest

from medbook.datasets import DataError, download, load, medmnist
from tests.datasets.builders import Server, medmnist_arrays, npz_bytes

BAD = {
    "busy": "status 503",
    "cuts_off": "broke before the file was complete",
    "other_bytes": "another file, of 26 bytes",
    "silent": "silent for 0.3 s",
    "stalls": "silent for 0.3 s",
    "endless": "longer than the",
}


@pytest.fixture
def body():
    return npz_bytes(**medmnist_arrays())


@pytest.fixture
def server(body, tmp_path, monkeypatch):
    for variable in ("MEDBOOK_DATA", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    server = Server(body)
    entry = replace(medmnist.SETS["pneumoniamnist"], sha256=hashlib.sha256(body).hexdigest(), num_bytes=len(body))
    monkeypatch.setitem(medmnist.SETS, "pneumoniamnist", entry)
    monkeypatch.setattr(medmnist, "ADDRESS", server.address)
    monkeypatch.setattr(download, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    yield server
    server.close()


def cached(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache").glob("*"))


def test_fetched_once_and_then_read_from_the_cache(server, tmp_path):
    for _ in range(2):
        assert len(load("pneumoniamnist", "train")) == 4
    assert server.calls == 1
    assert cached(tmp_path) == ["pneumoniamnist.npz"]


def test_server_that_does_not_tell_the_length_is_fine(server):
    server.behaviour = "works_without_length"
    assert len(load("pneumoniamnist", "train")) == 4


def test_progress_goes_to_stderr_alone(server, capsys):
    load("pneumoniamnist", "train")
    written = capsys.readouterr()
    assert written.out == ""
    assert "pneumoniamnist.npz: 100%" in written.err


@pytest.mark.parametrize("behaviour", BAD)
def test_row_50_bad_answer_is_one_error_with_name_address_reason_and_remedies(server, behaviour):
    server.behaviour = behaviour
    with pytest.raises(DataError, match=BAD[behaviour]) as raised:
        load("pneumoniamnist", "train")
    address = server.address.format(name="pneumoniamnist")
    for part in ("pneumoniamnist", address, "connect to the internet", "MEDBOOK_DATA", 'load("simulated_chest")'):
        assert part in str(raised.value)


@pytest.mark.parametrize("behaviour", BAD)
def test_row_50_bad_answer_leaves_nothing_and_the_next_call_succeeds(server, tmp_path, behaviour):
    server.behaviour = behaviour
    with pytest.raises(DataError):
        load("pneumoniamnist", "train")
    assert cached(tmp_path) == []
    server.behaviour = "works"
    assert len(load("pneumoniamnist", "train")) == 4
    assert cached(tmp_path) == ["pneumoniamnist.npz"]


def test_row_50_part_left_by_a_killed_run_is_not_used(server, tmp_path, body):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pneumoniamnist.npz.abc.part").write_bytes(body[:100])
    assert len(load("pneumoniamnist", "train")) == 4
    assert (tmp_path / "cache" / "pneumoniamnist.npz").read_bytes() == body


def test_row_50_file_gets_its_name_only_after_its_hash_was_checked(server, tmp_path, monkeypatch):
    seen = []
    check = download._check_hash
    monkeypatch.setattr(download, "_check_hash", lambda *given: (seen.extend(cached(tmp_path)), check(*given)))
    load("pneumoniamnist", "train")
    assert len(seen) == 1
    assert seen[0].endswith(".part")


def test_row_50_damaged_cache_is_fetched_anew(server, tmp_path, body):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pneumoniamnist.npz").write_bytes(body[:-7])
    assert len(load("pneumoniamnist", "train")) == 4
    assert server.calls == 1
    assert (tmp_path / "cache" / "pneumoniamnist.npz").read_bytes() == body


def test_row_50_damaged_cache_and_no_server_is_said(server, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pneumoniamnist.npz").write_bytes(b"half a file")
    server.behaviour = "busy"
    with pytest.raises(DataError, match=r"cache, .*pneumoniamnist\.npz, is damaged and was not used"):
        load("pneumoniamnist", "train")


def test_row_50_refused_connection_is_no_connection(server, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, but nobody listens
        monkeypatch.setattr(medmnist, "ADDRESS", f"http://127.0.0.1:{closed.getsockname()[1]}/{{name}}.npz")
        with pytest.raises(DataError, match=r"no connection .* offline"):
            load("pneumoniamnist", "train")


def test_row_50_dead_proxy_is_named_without_its_password(server, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setattr(medmnist, "ADDRESS", "http://files.invalid/{name}.npz")
        with pytest.raises(DataError, match="the proxy did not let us through") as raised:
            load("pneumoniamnist", "train")
    assert "secret" not in str(raised.value)


def test_row_50_cache_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"FileExistsError|NotADirectoryError"):
        load("pneumoniamnist", "train")


@pytest.mark.parametrize("place", ["pneumoniamnist.npz", "medmnist/pneumoniamnist.npz"])
def test_medbook_data_wins_without_any_call(server, tmp_path, monkeypatch, body, place):
    path = tmp_path / "own" / place
    path.parent.mkdir(parents=True)
    path.write_bytes(body)
    monkeypatch.setenv("MEDBOOK_DATA", str(tmp_path / "own"))
    assert len(load("pneumoniamnist", "train")) == 4
    assert server.calls == 0
    assert cached(tmp_path) == []


def test_folder_wins_over_medbook_data(server, tmp_path, monkeypatch, body):
    (tmp_path / "pneumoniamnist.npz").write_bytes(body)
    monkeypatch.setenv("MEDBOOK_DATA", str(tmp_path / "elsewhere"))
    assert len(load("pneumoniamnist", folder=tmp_path)) == 12
    assert server.calls == 0


def test_row_37_wrong_hash_in_a_folder_stops_and_names_file_and_address(server, tmp_path, body):
    (tmp_path / "pneumoniamnist.npz").write_bytes(body + b"x")
    with pytest.raises(DataError, match=r"pneumoniamnist\.npz: is not the official pneumoniamnist: SHA-256") as raised:
        load("pneumoniamnist", folder=tmp_path)
    assert server.address.format(name="pneumoniamnist") in str(raised.value)
    assert server.calls == 0


def test_empty_folder_says_where_the_file_is_to_be_had(server, tmp_path):
    with pytest.raises(DataError, match=r"medmnist/pneumoniamnist\.npz"):
        load("pneumoniamnist", folder=tmp_path)
    assert server.calls == 0


def test_medbook_data_without_the_file_goes_on_to_the_server(server, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDBOOK_DATA", str(tmp_path))
    assert len(load("pneumoniamnist", "train")) == 4
    assert server.calls == 1


def test_two_runs_at_once_both_succeed(server, tmp_path, body, monkeypatch):
    check = download._check_hash

    def meanwhile(part, sha256):
        check(part, sha256)
        monkeypatch.setattr(download, "_check_hash", check)
        assert len(load("pneumoniamnist", "test")) == 4  # a second run, while the first is about to rename
        check(part, sha256)

    monkeypatch.setattr(download, "_check_hash", meanwhile)
    assert len(load("pneumoniamnist", "train")) == 4
    assert (server.calls, cached(tmp_path)) == (2, ["pneumoniamnist.npz"])


def test_cache_is_the_one_of_the_operating_system():
    assert "medbook" in os.fspath(download.cache_folder())


def test_official_address_is_that_of_the_archive():
    assert medmnist.ADDRESS.format(name="breastmnist") == (
        "https://zenodo.org/records/10519652/files/breastmnist.npz?download=1"
    )
