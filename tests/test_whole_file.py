import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from nasedu.errors import DataError, StudyError
from nasedu.whole_file import check_writable, held, left_by_a_kill, write_whole


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.bin"
    write_whole(path, b"before", StudyError)
    return path


def alone(path):
    return [file.name for file in path.parent.iterdir()] == [path.name]


def test_what_was_there_is_replaced_with_the_rights_of_any_new_file(path):
    write_whole(path, b"after", StudyError)
    assert path.read_bytes() == b"after" and alone(path)
    plain = path.with_name("plain")
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("reason", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_and_ctrl_c_leave_what_was_there(path, monkeypatch, reason):
    def stopped(_):
        raise reason

    monkeypatch.setattr(os, "fsync", stopped)
    expected = StudyError if isinstance(reason, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        write_whole(path, b"after", StudyError)
    assert path.read_bytes() == b"before" and alone(path)
    if expected is StudyError:
        assert str(caught.value) == (
            f"{path} cannot be written: No space left on device (0.0 MB); "
            "see that its folder exists and has room, or choose another"
        )


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited on Windows")
def test_a_disk_that_is_really_full(path):
    """A limit on the size of files stands for the full disk."""
    script = """
        import resource, signal, sys
        from pathlib import Path
        from nasedu.whole_file import write_whole
        from nasedu.errors import DataError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            write_whole(Path(sys.argv[1]), bytes(600_000), DataError, "eat less")
        except DataError as error:
            sys.exit(0 if "File too large (0.6 MB); eat less" in str(error) else str(error))
        sys.exit("nothing was raised")
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(path)], check=True)
    assert path.read_bytes() == b"before" and alone(path)


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed like that on Windows")
def test_a_kill_leaves_what_was_there_and_a_part_that_is_found(path):
    script = """
        import os, signal, sys
        from pathlib import Path
        from nasedu.whole_file import write_whole
        from nasedu.errors import StudyError
        os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
        write_whole(Path(sys.argv[1]), b"after", StudyError)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(path)])
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"before"
    path.with_name(".notes.part").touch()  # not ours
    path.with_name("b.bin.77.part").touch()
    (part,) = left_by_a_kill(path.parent)
    assert part.name.startswith(".a.bin.")
    assert left_by_a_kill(path.parent.parent, "a.bin") == [part]
    assert left_by_a_kill(path.parent, "b.bin") == left_by_a_kill(path.parent / "absent") == []


def test_a_folder_is_no_file(tmp_path):
    for path in (tmp_path, Path(tmp_path.anchor), Path()):
        with pytest.raises(DataError, match="is a folder; expected the name of a file"):
            write_whole(path, b"", DataError)
    with pytest.raises(DataError, match="cannot be written: No such file or directory"):
        write_whole(tmp_path / "no" / "a.bin", b"", DataError)


def test_what_a_living_process_writes_was_not_left_by_a_kill(path):
    numbers = [os.getpid(), os.getppid(), 999_999_999, 10**30]
    for number in numbers:
        path.with_name(f".a.bin.{number}.part").touch()
        path.with_name(f".a.bin.{number}.0123abcd.part").touch()
    left = {part.name.split(".")[3] for part in left_by_a_kill(path.parent)}
    assert left == {"999999999", str(10**30)}


def test_two_that_write_one_file_do_not_write_into_each_other(path, monkeypatch):
    """The second one comes while the first one is at work."""
    flush = os.fsync

    def meanwhile(descriptor):
        monkeypatch.setattr(os, "fsync", flush)
        write_whole(path, b"second", StudyError)
        assert path.read_bytes() == b"second"

    monkeypatch.setattr(os, "fsync", meanwhile)
    write_whole(path, b"first", StudyError)
    assert path.read_bytes() == b"first" and alone(path)


def test_a_folder_is_held_by_one_process_until_it_ends(tmp_path):
    script = """
        import sys
        from pathlib import Path
        from nasedu.errors import StudyError
        from nasedu.whole_file import held
        try:
            with held(Path(sys.argv[1]), StudyError, "busy"):
                print("mine")
        except StudyError as error:
            print(error)
    """

    def other():
        command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with held(tmp_path, DataError, "busy"):
        assert other() == "busy"
    assert other() == "mine"
    with (
        pytest.raises(DataError, match=r"cannot be used: .*check that it may be written"),
        held(tmp_path / "absent", DataError, "busy"),
    ):
        pass


def test_whether_a_file_can_be_written_is_known_before_and_leaves_nothing(path):
    check_writable(path, StudyError)
    check_writable(path.with_name("new"), StudyError)
    assert path.read_bytes() == b"before" and alone(path)
    for bad in (path / "below", path.with_name("no") / "a", path.with_name("x" * 300)):
        with pytest.raises(StudyError, match="cannot be written"):
            check_writable(bad, StudyError)
    with pytest.raises(StudyError, match="is a folder"):
        check_writable(path.parent, StudyError)


@pytest.mark.parametrize("check", [check_writable, lambda p, e: write_whole(p, b"", e)])
def test_a_device_or_a_pipe_is_never_replaced(tmp_path, check):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StudyError, match="is a device or a pipe; expected the name of a file"):
        check(pipe, StudyError)
    assert pipe.is_fifo()
