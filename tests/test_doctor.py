from nasedu import doctor
from nasedu.doctor import Diagnosis, Examination, examine


def test_a_complete_installation_is_well():
    examination = examine()
    assert examination.is_well, str(examination)
    assert [c.name for c in examination.checks][:3] == ["Python", "packages", "torch"]
    assert "Everything is there." in examination.block()


def test_what_is_missing_gets_a_remedy(monkeypatch):
    def without(name):
        raise ImportError("No module named 'sklearn'")

    monkeypatch.setattr("nasedu.data.load", without)
    monkeypatch.setattr(doctor, "MIN_PYTHON", (9, 0))
    examination = examine()
    by_name = {c.name: c for c in examination.checks}
    assert not examination.is_well
    assert by_name["Python"].remedy == "install Python 9.0 or newer"
    assert "sklearn" in by_name["data"].found
    assert by_name["data"].remedy
    assert "missing: see the arrows" in str(examination)


def test_a_note_does_not_make_it_ill():
    examination = Examination((Diagnosis("cores", "note", "1", "twice the minutes"),))
    assert examination.is_well
    assert "-> twice the minutes" in str(examination)
