"""Load the dashboards into a real Superset and look at them.

    python scripts/check_superset.py PICTURES [--database FILE] [--python PYTHON]

An environment of its own gets Superset with the pins below, unless `--python` names one that has
them. The bundle `dashboards/superset` is packed with the path of the release, imported into an
empty Superset, and every dashboard is opened in a headless browser. Each becomes a picture in the
folder PICTURES. Exit code 1 if a chart of a dashboard got no data, or got an error.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import yaml

from pipelines.base.settings import PROJECT_DIR, Settings

BUNDLE = PROJECT_DIR / "dashboards" / "superset"
# versions that were tried together; docs/clients.md names them too
PINS = (
    "apache-superset==6.1.0",
    "duckdb==1.5.6",
    "duckdb-engine==0.17.0",
    "SQLAlchemy<2",
    "rich",
    "cachetools",
    "flask-caching<2.4",
    "cachelib<0.14",
)
PATH_IN_BUNDLE = "/warehouse/compute_balance.duckdb"
PORT = 8931
# everybody may look: this Superset lives for a minute and serves this machine alone
CONFIG = """
SECRET_KEY = "for one minute on one machine"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
AUTH_ROLE_PUBLIC = "Admin"
TALISMAN_ENABLED = False
WTF_CSRF_ENABLED = False
RATELIMIT_ENABLED = False
"""
ANSWER = re.compile(r'"POST /api/v1/chart/data\S* HTTP/[\d.]+" (\d+)')
PICTURE_SIZE = "1400,1500"
# seconds that a browser may take, of its own clock, until all charts are drawn
PATIENCE_S = 90


def pack_bundle(database: Path, path: Path) -> list[str]:
    """Write the bundle as the archive that Superset imports; returns the slugs of dashboards.

    Args:
        database: release that the dashboards read.
        path: archive to write.
    """
    slugs = []
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(BUNDLE.rglob("*.yaml")):
            text = file.read_text(encoding="utf-8").replace(PATH_IN_BUNDLE, str(database))
            archive.writestr(f"compute_balance/{file.relative_to(BUNDLE)}", text)
            if file.parent.name == "dashboards":
                slugs.append(yaml.safe_load(text)["slug"])
    return slugs


def count_charts(slug: str) -> int:
    """Return how many charts a dashboard of the bundle holds."""
    for file in (BUNDLE / "dashboards").glob("*.yaml"):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if content["slug"] == slug:
            parts = content["position"].values()
            return sum(isinstance(p, dict) and p.get("type") == "CHART" for p in parts)
    raise KeyError(slug)


def make_environment(folder: Path) -> Path:
    """Make an environment with Superset and return its Python.

    Raises:
        SystemExit: it cannot be installed.
    """
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", *PINS], capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit("Superset could not be installed")
    return python


def load(python: Path, environment: dict[str, str], archive: Path) -> None:
    """Make an empty Superset and import the bundle.

    Raises:
        SystemExit: a step failed; says what it printed last.
    """
    superset = str(python.with_name("superset"))
    create = [superset, "fab", "create-admin", "--username", "admin", "--password", "admin"]
    create += ["--firstname", "A", "--lastname", "B", "--email", "admin@compute-balance.example"]
    for command in (
        [superset, "db", "upgrade"],
        create,
        [superset, "init"],
        [superset, "import-dashboards", "-p", str(archive), "-u", "admin"],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode != 0 or "Error" in done.stdout[-500:]:
            sys.exit(f"{' '.join(command[1:3])}: {(done.stdout + done.stderr)[-1500:]}")


def wait_for(address: str, process: subprocess.Popen) -> None:
    """Wait until a server answers.

    Raises:
        SystemExit: it ended, or took more than two minutes.
    """
    for _ in range(120):
        if process.poll() is not None:
            sys.exit("Superset ended before it answered")
        try:
            urllib.request.urlopen(f"{address}/health").read()
            return
        except OSError:
            time.sleep(1)
    sys.exit("Superset did not answer within two minutes")


def look(browser: str, address: str, slug: str, picture: Path) -> None:
    """Open a dashboard in a headless browser and keep a picture of it."""
    url = f"{address}/superset/dashboard/{slug}/?standalone=2"
    subprocess.run(
        [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--window-size={PICTURE_SIZE}", f"--screenshot={picture}",
         f"--virtual-time-budget={PATIENCE_S * 1000}", url],
        capture_output=True,
        timeout=5 * PATIENCE_S,
    )  # fmt: skip


def look_at_all(
    python: Path, environment: dict[str, str], browser: str, slugs: list[str], pictures: Path
) -> list[str]:
    """Serve Superset, open each dashboard, and return what was wrong."""
    log_path = pictures / "superset.log"
    wrong = []
    with log_path.open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [str(python.with_name("superset")), "run", "-p", str(PORT), "--with-threads"],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        address = f"http://127.0.0.1:{PORT}"
        try:
            wait_for(address, server)
            for slug in slugs:
                before = len(log_path.read_text(encoding="utf-8"))
                look(browser, address, slug, pictures / f"{slug}.png")
                answers = ANSWER.findall(log_path.read_text(encoding="utf-8")[before:])
                bad = [code for code in answers if code not in ("200", "202")]
                print(f"{slug:<16} {len(answers)} of {count_charts(slug)} charts answered", end="")
                print(f", {len(bad)} with an error" if bad else "", flush=True)
                if bad or len(answers) < count_charts(slug):
                    wrong.append(slug)
        finally:
            server.terminate()
            server.wait()
    return wrong


def main() -> None:
    """Pack, load, look, say what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--database", type=Path, default=Settings().current_path)
    parser.add_argument("--python", type=Path)
    parser.add_argument("--browser", default="chromium")
    arguments = parser.parse_args()
    database = arguments.database.resolve()
    if not database.exists():
        sys.exit(f"{database}: not found; run: make warehouse")
    arguments.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = arguments.python or make_environment(folder / "environment")
        (folder / "superset_config.py").write_text(CONFIG.format(folder=folder), encoding="utf-8")
        environment = os.environ | {
            "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"),
            "FLASK_APP": "superset.app:create_app()",
        }
        slugs = pack_bundle(database, folder / "bundle.zip")
        load(python, environment, folder / "bundle.zip")
        wrong = look_at_all(
            python, environment, arguments.browser, slugs, arguments.pictures.resolve()
        )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
