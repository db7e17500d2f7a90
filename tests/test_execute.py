import importlib.util
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output, new_raw_cell

SOURCE = Path(__file__).resolve().parents[1] / "notebooks" / "execute.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("execute_of_test", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(path, *sources):
    cells = [new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def cleaned(script, *outputs):
    cell = new_code_cell("", outputs=list(outputs))
    return script.clean(new_notebook(cells=[cell])).cells[0].outputs


def test_what_differs_between_machines_is_left_out(script):
    notebook = new_notebook(cells=[new_code_cell("")])
    notebook.metadata.update(
        widgets={"state": {}},
        language_info={"name": "python", "version": "3.11.7"},
        nasedu={"strict": True},
    )
    notebook.cells[0].metadata.update(execution={"iopub.execute_input": "now"}, tags=["solution"])
    script.clean(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info", "nasedu"}
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.cells[0].metadata == {"tags": ["solution"]}


def test_pieces_of_a_stream_become_one(script):
    pieces = [stream("a\n"), stream("b"), stream("e", "stderr"), stream("c\n")]
    outputs = cleaned(script, *pieces)
    assert [(each.name, each.text) for each in outputs] == [
        ("stdout", "a\nb"),
        ("stderr", "e"),
        ("stdout", "c\n"),
    ]


def test_of_an_overwritten_line_the_last_version_stays(script):
    (output,) = cleaned(script, stream("0%\r50%\r"), stream("100%\r\ndone\n"))
    assert output.text == "100%\ndone\n"


def test_widgets_keep_their_text_and_progress_bars_go(script):
    view = {script.WIDGET_VIEW: {"model_id": "0123"}}
    slider = new_output("display_data", data={**view, "text/plain": "IntSlider(value=3)"})
    bar = new_output("display_data", data={**view, "text/plain": "  0%|      | 0/80 [00:00<?]"})
    table = new_output("display_data", data={"text/plain": "100%| of them"})
    outputs = cleaned(script, slider, bar, table)
    assert [each.data for each in outputs] == [
        {"text/plain": "IntSlider(value=3)"},
        {"text/plain": "100%| of them"},
    ]


def test_a_second_run_changes_nothing(script, tmp_path):
    path = write(
        tmp_path / "00_a.ipynb", "import sys\nx = 1", "print(x)\nprint(2, file=sys.stderr)"
    )
    assert script.main([str(path)]) == 0
    first = path.read_bytes()
    assert script.main([str(path)]) == 0
    assert path.read_bytes() == first
    notebook = nbformat.read(path, as_version=4)
    assert [cell.execution_count for cell in notebook.cells] == [1, 2]
    assert notebook.cells[1].outputs[0].text == "1\n"


def test_a_lesson_with_an_error_is_not_written(script, tmp_path, capsys):
    path = write(tmp_path / "00_a.ipynb", "print(1)", "1 / 0")
    before = path.read_bytes()
    assert script.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_raw_cell_is_left_alone(script, tmp_path):
    path = tmp_path / "00_a.ipynb"
    cells = [new_raw_cell("1 / 0", id="cell-0"), new_code_cell("2", id="cell-1")]
    nbformat.write(new_notebook(cells=cells), path)
    assert script.main([str(path)]) == 0
    raw, code = nbformat.read(path, as_version=4).cells
    assert (raw.cell_type, raw.source, code.execution_count) == ("raw", "1 / 0", 1)


def test_cleaning_executes_nothing(script, tmp_path):
    path = write(tmp_path / "00_a.ipynb", "1 / 0")
    assert script.main(["--clean", str(path)]) == 0
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"
