"""JupyterLab and a headless browser, both local, private and without a network."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOUBLES = REPOSITORY / "tests" / "doubles"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 600  # seconds that anything may take on a busy machine

SERVER = [
    "--no-browser",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.allow_root=True",  # in a container one is root
    "--LabApp.extension_manager=readonly",  # the others ask the package index
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=",
]
QUIET = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


class Lab:
    """A running JupyterLab whose files lie in ``folder``."""

    THEMES = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"

    def __init__(self, folder, url, token):
        self.folder, self.url, self.token = folder, url, token

    def wear(self, theme):
        """Set the theme, ``"JupyterLab Light"`` or ``"JupyterLab Dark"``, of pages opened later."""
        settings = self.folder.parent / "config" / "lab" / "user-settings" / self.THEMES
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps({"theme": theme}))

    def run_all(self, page, name, cells):
        """Write a notebook of these cells, open it and run it, as a student does."""
        import nbformat

        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(dedent(source).strip()) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, self.folder / name)
        self.run(page, name)

    def run(self, page, name):
        """Open a notebook that lies there and run it."""
        page.goto(f"{self.url}doc/tree/{name}?token={self.token}")
        # The status bar: the sign above the notebook says idle while there is no kernel yet, and
        # what is run until then is forgotten.
        page.get_by_text("| Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab with a home of its own: no settings, no history, no news."""
    home = tmp_path_factory.mktemp("home")
    folder, runtime, config = home / "work", home / "runtime", home / "config"
    for path in (folder, runtime, config / "labconfig"):
        path.mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(json.dumps(QUIET))
    token = secrets.token_hex(16)
    matplotlib = pytest.importorskip("matplotlib")
    own = {
        "HOME": home,
        "USERPROFILE": home,
        "JUPYTER_CONFIG_DIR": config,
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": runtime,
        "JUPYTER_TOKEN": token,
        "IPYTHONDIR": home / "ipython",
        "PYTHONPATH": DOUBLES,
        "MPLCONFIGDIR": matplotlib.get_cachedir(),  # its list of fonts takes seconds to make
        "OMP_NUM_THREADS": 1,
        "NASEDU_WORKERS": 1,
    }
    env = {**os.environ, **{name: str(value) for name, value in own.items()}}
    arguments = [*SERVER, f"--ServerApp.port={_free_port()}", f"--ServerApp.root_dir={folder}"]
    log = home / "jupyter.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *arguments],
            env=env,
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Lab(folder, _address(process, runtime, log), token)
    finally:
        process.terminate()  # ends its kernels too
        try:
            process.wait(200)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """The distribution's Chromium, without a window; skips where there is none.

    Playwright keeps an event loop running in this thread, with which no other test could use
    asyncio; so it ends with the module.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH; on Debian: apt install chromium")
    if subprocess.run([CHROMIUM, "--version"], capture_output=True).returncode:
        pytest.skip(f"{CHROMIUM} does not start; try `chromium --version`")  # Ubuntu's stand-in
    home = tmp_path_factory.mktemp("browser")
    playwright.expect.set_options(timeout=PATIENCE * 1000)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            env={**os.environ, "HOME": str(home)},
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots():
    """The folder in which pictures of pages are kept, to be looked at after the tests."""
    folder = REPOSITORY / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(browser):
    """An empty page that waits with patience."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    page.close()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _address(process, runtime, log):
    """Wait until the server says where it listens: another port, if that one is taken by now."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            text = path.read_text()
            if text.endswith("}"):  # written as a whole
                return json.loads(text)["url"]
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
