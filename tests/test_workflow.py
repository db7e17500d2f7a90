"""The files for a public host: the workflow runs what the README says; reports ask what helps."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
WORKFLOW = REPOSITORY / ".github" / "workflows" / "readme.yml"
TEMPLATES = sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("*_*.yml"))
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PARTS = {"input", "textarea", "dropdown", "checkboxes", "markdown"}


@pytest.fixture(scope="module")
def job():
    [job] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    return job


def test_it_runs_on_every_system_with_every_python(job):
    matrix = job["strategy"]["matrix"]
    assert {each.split("-")[0] for each in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={matrix['python'][0]}"
    assert job["runs-on"] == "${{ matrix.system }}" and not job["strategy"]["fail-fast"]


def test_it_runs_the_commands_of_the_readme(job):
    ours = [step["run"].removeprefix("python ") for step in job["steps"] if "run" in step]
    told = re.findall(r"^python3 (start\.py (?:search|test)) ", README, re.MULTILINE)
    assert ours == told == ["start.py search", "start.py test"]


def test_it_keeps_the_screenshots_also_if_a_test_fails(job):
    [step] = [step for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
    assert step["with"]["path"] == "build/screenshots/" and "!cancelled()" in step["if"]
    assert step == job["steps"][-1]


def test_it_may_only_read():
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    text = WORKFLOW.read_text(encoding="utf-8")
    assert "secrets." not in text and "pull_request_target" not in text


def test_it_is_said_to_be_unproven_in_both_places():
    assert ("UNPROVEN" in WORKFLOW.read_text(encoding="utf-8")) == (
        "as soon as the project has a public" in README
    )


def test_a_linter_of_workflows_finds_nothing():
    program = shutil.which("actionlint")
    if program is None:
        pytest.skip("no actionlint on PATH")
    done = subprocess.run([program, str(WORKFLOW)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_a_form(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form)
    parts = form["body"]
    assert {part["type"] for part in parts} <= PARTS
    assert all(part["attributes"]["label"] for part in parts)
    ids = [part["id"] for part in parts]
    assert len(set(ids)) == len(ids)
    assert any(part.get("validations", {}).get("required") for part in parts)


def test_there_is_one_for_a_sentence_and_one_for_a_machine():
    assert [path.stem for path in TEMPLATES] == ["broken_machine", "wrong_sentence"]
    assert "nasedu doctor --report" in TEMPLATES[0].read_text(encoding="utf-8")
