from nasedu.runs.trial import child_seed


def test_neighbouring_studies_and_trials_share_no_seed():
    assert len({child_seed(study, n) for study in range(30) for n in range(30)}) == 900
