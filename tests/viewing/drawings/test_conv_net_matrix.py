import re

from nasedu import draw, published

HEIGHT = re.compile(r'^\s*(\w+) \[.*?pos="[^,"]+,(-?[\d.]+)"', re.MULTILINE | re.DOTALL)


def test_what_the_marks_mean_stands_above_the_first_row():
    heights = {
        name: float(y) for name, y in HEIGHT.findall(draw(published.NAS_CNN_V1, style="matrix").dot)
    }
    for name in ("caption", "rule", "meaning2", "meaning3", "key2", "key3"):
        assert heights[name] > heights["image"] > heights["layer1"]
    assert heights["meaning3"] - heights["image"] > 15  # and not upon it
