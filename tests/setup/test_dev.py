"""What dev.py decides by itself: locks without faults, a port nobody has, a key of one's own, how tests are spread."""

import importlib.util
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["pyproject.toml", "requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json"]
spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
dev = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dev)


@pytest.fixture
def locks(tmp_path):
    """A copy of the lock files, and of what they are made from, to break."""
    for name in LOCKS:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def change_npm_lock(folder, change):
    path = folder / "package-lock.json"
    lock = json.loads(path.read_text())
    change(lock["packages"])
    path.write_text(json.dumps(lock))


def test_the_lock_files_have_no_faults():
    assert dev.lock_faults(ROOT) == []


def test_a_registry_in_the_python_lock_is_a_fault(locks):
    change(
        locks / "requirements.txt",
        "annotated-types==",
        "--index-url https://registry.example/simple\nannotated-types==",
    )

    assert "requirements.txt names a registry." in dev.lock_faults(locks)


def test_a_package_without_hash_is_a_fault(locks):
    with (locks / "requirements.txt").open("a") as lock:
        lock.write("zebra==1.0\n")

    assert dev.lock_faults(locks) == ["requirements.txt: zebra has no hash."]


def test_a_dependency_that_is_not_locked_is_a_fault(locks):
    change(locks / "pyproject.toml", '"nh3",', '"nh3",\n  "Zebra_Crossing[fast]>=2",')

    assert dev.lock_faults(locks) == [
        "requirements.txt: zebra-crossing is not locked. Run: python3 dev.py lock",
        "requirements-dev.txt: zebra-crossing is not locked. Run: python3 dev.py lock",
    ]


def test_a_registry_in_the_npm_lock_is_a_fault(locks):
    change_npm_lock(
        locks, lambda packages: packages["node_modules/daisyui"].update(resolved="https://registry.example/d.tgz")
    )

    assert dev.lock_faults(locks) == ["package-lock.json names a registry."]


def test_a_missing_file_of_another_platform_is_a_fault(locks):
    change_npm_lock(locks, lambda packages: packages.pop("node_modules/@esbuild/win32-arm64"))

    assert dev.lock_faults(locks) == [
        "package-lock.json: @esbuild/win32-arm64 of node_modules/esbuild has no entry; other platforms need it."
    ]


def test_a_loose_version_is_a_fault(locks):
    change(locks / "package.json", '"htmx.org": "2', '"htmx.org": "^2')

    assert "package.json: htmx.org has no exact version." in dev.lock_faults(locks)


def test_a_port_in_use_is_refused_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(dev.Stop, match=rf"Port {port} cannot be used: .*in use. Choose another: --port \d+"):
            dev.free_port(port)


def test_a_new_data_folder_gets_a_key_that_only_its_owner_reads(tmp_path):
    data = dev.data_folder(str(tmp_path / "new" / "folder"))

    assert (data / "secret-key").stat().st_mode & 0o777 == 0o600
    assert len((data / "secret-key").read_text().strip()) >= 50


def test_a_data_folder_keeps_its_key(tmp_path):
    key = dev.data_folder(str(tmp_path)) / "secret-key"
    before = key.read_text()

    dev.data_folder(str(tmp_path))

    assert key.read_text() == before


def test_a_data_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(dev.Stop, match="cannot be used.*--data"):
        dev.data_folder(str(tmp_path / "file" / "data"))


@pytest.mark.parametrize(
    ("words", "several"),
    [
        ([], True),
        (["-x", "-q"], True),
        (["encore/people"], True),
        (["encore/people/tests/test_classes.py"], False),
        (["tests/setup/test_dev.py::test_a_loose_version_is_a_fault"], False),
        (["-k", "sign_in"], False),
        (["--lf"], False),
        (["-n", "3"], False),
        (["-nauto"], False),
        (["-p", "no:xdist"], False),
    ],
)
def test_only_a_large_selection_is_spread_over_processes(words, several):
    assert bool(dev.spread(words)) == several


def test_a_step_runs_again_when_what_it_was_made_from_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    source = tmp_path / "source"
    source.write_text("one")
    dev.Stamp(tmp_path / "made", [source]).put()

    unchanged = bool(dev.Stamp(tmp_path / "made", [source]))
    source.write_text("two")
    changed = bool(dev.Stamp(tmp_path / "made", [source]))

    assert (unchanged, changed) == (True, False)


def test_when_one_process_ends_the_reason_is_said_and_the_others_end():
    children = {"web server": dev.start(["sleep", "60"], {}), "worker": dev.start(["sh", "-c", "exit 3"], {})}

    with pytest.raises(dev.Stop, match=r"The worker ended by itself \(exit code 3\), so everything stops."):
        dev.wait_until(lambda: False, children, "Nothing happened.")
    dev.stop(children)

    assert [child.poll() for child in children.values()] == [-15, 3]


def test_a_process_that_does_not_listen_is_ended():
    deaf = dev.start(["sh", "-c", "trap '' TERM; echo deaf; sleep 60"], {}, stdout=subprocess.PIPE)
    deaf.stdout.read(4)

    dev.stop({"worker": deaf}, seconds=0.2)

    assert deaf.poll() == -9


@pytest.fixture
def served(tmp_path, monkeypatch):
    """served(exit code of encore demo) → whether logins are printed when it then serves; nothing is really run."""

    def run(code):
        given = []
        monkeypatch.setattr(dev, "set_up", lambda *words: None)
        monkeypatch.setattr(dev, "prepare", lambda data, env: None)
        monkeypatch.setattr(dev, "ask", lambda words, **more: (code, "what it said"))
        monkeypatch.setattr(dev, "serve", lambda port, env, logins: given.append(logins) or 0)
        assert dev.main(["run", "--port", "0", "--data", str(tmp_path)]) == 0
        return given[0]

    return run


def test_a_folder_with_the_demo_is_served_with_its_logins(served):
    assert served(0) is True


def test_a_folder_that_began_without_the_demo_is_served_without(served, capsys):
    assert served(3) is False
    assert "There are people here already, so the demo is left out." in capsys.readouterr().out


def test_a_demo_that_fails_stops_everything(served):
    with pytest.raises(dev.Stop, match="Demo data: this failed"):
        served(1)


def test_without_a_word_dev_py_explains_itself():
    answer = subprocess.run([sys.executable, ROOT / "dev.py"], capture_output=True, text=True)

    assert answer.returncode == 0
    for word in ("run", "test", "check", "lock"):
        assert f"python3 dev.py {word} " in answer.stdout


def test_an_unknown_option_is_refused():
    answer = subprocess.run([sys.executable, ROOT / "dev.py", "run", "--prot", "8001"], capture_output=True, text=True)

    assert answer.returncode == 2
    assert "unknown: --prot 8001" in answer.stderr
