import subprocess
import sys

import pytest

import nasedu


def loaded_by(statement):
    """Return the top-level modules that a statement loads in a fresh process."""
    code = f"import sys; {statement}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement", ["import nasedu", "import nasedu.cli", "from nasedu import ConvNet, ConvNetSpace"]
)
def test_importing_loads_nothing_heavy(statement):
    heavy = {"torch", "matplotlib", "numpy", "pandas", "sklearn", "pebble", "ray", "IPython"}
    assert loaded_by(statement) & heavy == set()


@pytest.mark.parametrize("name", nasedu.__all__)
def test_every_public_name_is_there_and_listed(name):
    assert getattr(nasedu, name) is not None
    assert name in dir(nasedu)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'serach'"):
        nasedu.serach  # noqa: B018


def test_search_stays_the_function_whatever_is_imported():
    import nasedu.searching.loop

    assert callable(nasedu.search)
