"""What the other tests in this folder rest on: that the browser sees, and that it tells."""

from __future__ import annotations

from pathlib import Path

from tests.browser.visiting import Visit, barriers, overflowing

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title></head>
<body><main><h1>A page</h1><p>Some words.</p></main></body></html>"""


def written(folder: Path, text: str) -> Path:
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_page_from_disk_is_read_without_any_other_request(visit: Visit, tmp_path: Path) -> None:
    path = written(tmp_path, SOUND)
    page = visit.open(path)
    assert page.title() == "A page"
    assert visit.asked == [path.as_uri()]
    assert barriers(page) == []


def test_a_request_to_elsewhere_is_refused_and_noted(visit: Visit, tmp_path: Path) -> None:
    page = visit.open(
        written(tmp_path, SOUND.replace("<p>", '<p><img alt="A map" src="https://example.org/a.png">'))
    )
    page.wait_for_load_state("networkidle")
    assert visit.refused == ["https://example.org/a.png"]
    visit.refused.clear()
    visit.complaints.clear()


def test_the_checker_names_a_picture_without_words_and_pale_text(visit: Visit, tmp_path: Path) -> None:
    spoilt = SOUND.replace("<p>", '<p><img src="data:,"></p><p style="color: #eee">')
    page = visit.open(written(tmp_path, spoilt))
    assert [line.split(" ")[0] for line in barriers(page)] == ["color-contrast", "image-alt"]
    visit.complaints.clear()


def test_a_script_that_fails_is_noted(visit: Visit, tmp_path: Path) -> None:
    visit.open(written(tmp_path, SOUND.replace("<main>", "<script>nothing.at.all</script><main>")))
    assert visit.complaints == ["nothing is not defined"]
    visit.complaints.clear()


def test_a_page_wider_than_a_telephone_is_measured(visit: Visit, tmp_path: Path) -> None:
    wide = SOUND.replace("<p>", '<p style="width: 500px; margin: 0">')
    assert overflowing(visit.open(written(tmp_path, wide), width=390)) > 100
    assert overflowing(visit.open(written(tmp_path, SOUND), width=390)) == 0
