"""The README's commands are the ones that are run."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_ci_calls_exactly_the_test_command_of_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.search(r"<!-- test command -->\n```bash\n(.+)\n```", readme).group(1)
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    extract = re.search(r"^command=\$\((.+)\)$", script, re.MULTILINE).group(1)
    found = subprocess.run(["bash", "-c", extract], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == command
    assert 'eval "$command"' in script


def test_every_file_the_readme_points_at_exists():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        assert (ROOT / target).exists(), target


def tracked() -> list[str]:
    """Names of the files of the project; an exported tree without history counts its own folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return listed.stdout.strip("\0").split("\0")
    folders = ("sim", "conf", "scenarios", "tests", "notebooks", "docs")
    return [str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]


def test_no_tracked_file_names_a_registry_or_a_path_of_a_machine():
    forbidden = re.compile(r"https?://[^\s'\"]*/simple\b|(?<![\w.])/(?:ro[o]t|wo[r]k|ho[m]e)/")
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".ipynb", ".json", ".css", ".j2"} and path.is_file():
            assert not forbidden.search(path.read_text(encoding="utf-8")), name
