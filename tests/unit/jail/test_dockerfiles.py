"""What of a Dockerfile would have the daemon download something."""

import pytest

from quarterdeck.jail.docker.dockerfiles import download


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nADD http://169.254.169.254/latest /x",
        "from a\n  add --chown=1:2 https://host/file /x",
        "FROM a\nARG U=http://host/\nADD $U /x",
        "FROM a\nADD ${U} /x",
        "FROM a\nAD\\\nD http://host/ /x",
        "FROM a\nADD \\\n# said\n\n  http://host/ /x",
        "# escape=`\nFROM a\nADD `\nhttp://host/ /x",
        "# syntax=x\n# escape=`\nFROM a\nADD `\nhttp://host/ /x",
        'FROM a\nADD ["http\\u003a//host/", "/x"]',
        "FROM a\nADD git@host:repository /x",
        "FROM a\nADD\thttp://host/ /x",
        "FROM a\nADD http://host/ /x \\",
    ],
)
def test_an_instruction_that_may_download_is_found(text: str) -> None:
    assert download(text).upper().startswith("ADD ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FROM a\nCOPY . /all\nRUN curl http://host/ $X",
        "FROM a\nADD archive.tar.gz /x\nADD --chown=1:2 a b /y",
        "FROM a\n# ADD http://host/ /x",
        "FROM a\nRUN echo \\\n  ADD http://host/ /x",
    ],
)
def test_what_stays_in_the_context_is_not(text: str) -> None:
    assert download(text) == ""
