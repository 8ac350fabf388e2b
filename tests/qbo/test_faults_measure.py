"""The reader of faults, measured on labeled answers from outside the repository, if there are any."""

import json
import os
from pathlib import Path

import pytest

from qbo import catalogue
from qbo.failures import Answer
from qbo.faults import read_fault

FILE = os.environ.get("FAULTS_FILE", "")


@pytest.mark.skipif(not FILE, reason="FAULTS_FILE names no file of labelled answers")
def test_the_labelled_answers_are_read_right() -> None:
    """A measurement over answers that others collected: every unambiguous one is read as its label says."""
    wrong = []
    for line in Path(FILE).read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        answer = Answer(given["http_status"], given["content_type"] or "", given["body"])
        failure = read_fault(answer, request_entity=given["request_entity"] or "", operation=given["operation"] or "")
        entry = catalogue.entry(failure.code) if failure else None
        if not given["ambiguous"] and (
            entry is None or (entry.label, entry.waiting_helps) != (given["label"], given["retryable"])
        ):
            wrong.append((given["id"], given["label"], entry and entry.code))

    assert wrong == []
