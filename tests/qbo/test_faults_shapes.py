"""The reader of faults: the same fault in every form it has been seen in."""

import json

import pytest

from qbo.faults import read_entries
from tests.qbo.fault_bodies import JSON, TEXT, XML, read, xml

ENTRY = {
    "Message": "Duplicate Name Exists Error",
    "Detail": "The name supplied already exists.",
    "code": "6240",
}
SHAPES = {
    "JSON": json.dumps({"Fault": {"Error": [ENTRY], "type": "ValidationFault"}}),
    "lower-case JSON": json.dumps({"fault": {"error": [{k.lower(): v for k, v in ENTRY.items()}], "type": "x"}}),
    "a number as the code": json.dumps({"Fault": {"Error": [{**ENTRY, "code": 6240}]}}),
    "one entry and no list": json.dumps({"Fault": {"Error": ENTRY}}),
    "a bare entry": json.dumps(ENTRY),
    "a bare list": json.dumps([ENTRY]),
    "inside a batch item": json.dumps({"BatchItemResponse": [{"Fault": {"Error": [ENTRY]}, "bId": "0"}]}),
    "inside a text": "POST failed with 400: " + json.dumps({"Fault": {"Error": [ENTRY]}}) + " at line 7",
    "JSON inside JSON": json.dumps({"status": 400, "body": json.dumps({"Fault": {"Error": [ENTRY]}})}),
    "JSON cut off": json.dumps({"Fault": {"Error": [ENTRY], "type": "ValidationFault"}})[:-24],
    "JSON cut off within the entry": '{"Fault":{"Error":[{"code":"6240","Message":"Duplicate Name Exi',
    "line breaks inside strings": '{"Error":[{"Message":"Duplicate\nName Exists\nError","code":"6240"}]}',
    "a byte order mark": "\ufeff" + json.dumps({"Fault": {"Error": [ENTRY]}}),
    "XML": xml("6240", "Duplicate Name Exists Error"),
    "XML without an envelope": '<Error code="6240"><Message>Duplicate Name Exists Error</Message></Error>',
    "XML cut off": xml("6240", "Duplicate Name Exists Error")[:-60],
    "XML not well formed": '<Fault><Error code="6240"><Message>Duplicate Name Exists Error</Message></Fault>',
    "XML inside a text": "Response Code:[400] with body: [" + xml("6240", "Duplicate Name Exists Error") + "].",
    "XML escaped": "&lt;Error code=&quot;6240&quot;&gt;&lt;Message&gt;Duplicate Name&lt;/Message&gt;&lt;/Error&gt;",
    "XML with an entity": '<!DOCTYPE a [<!ENTITY b "c">]>' + xml("6240", "Duplicate Name Exists Error"),
    "Python": repr({"Fault": {"Error": [ENTRY]}}),
    "old Python": "{u'Error': [{u'Message': u'Duplicate Name Exists Error', u'code': u'6240'}]}",
    "Ruby": '{:error_code=>"6240", :error_message=>"Duplicate Name Exists Error", :error_detail=>nil}',
    "Node": "{ Error: [ { Message: 'Duplicate Name Exists Error',\n code: '6240',\n element: '' } ] }",
    "PHP": "Array\n(\n    [Message] => Duplicate Name Exists Error\n    [code] => 6240\n)",
    "text with a code": "6240: Duplicate Name Exists Error",
    "text with a named code": "ERROR CODE:6240, ERROR MESSAGE:Duplicate Name Exists Error",
    "a code in brackets": 'Cloud said {"providerMessage":"6240 - Duplicate Name Exists Error"}',
    "text without a code": "Duplicate Name Exists Error",
    "HTML": "<html><body><p>Duplicate Name Exists Error</p></body></html>",
    "curly quotes and case": "DUPLICATE NAME ‘x’",
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_of_the_same_fault_is_read_alike(text: str) -> None:
    failure = read(text, 400, TEXT)

    assert failure.code == "duplicate_name"
    assert "duplicate name" in failure.facts["intuit_words"].casefold()


@pytest.mark.parametrize("text", list(SHAPES.values())[:8], ids=list(SHAPES)[:8])
def test_a_fault_under_http_200_is_a_failure(text: str) -> None:
    assert read(text, 200, JSON).code == "duplicate_name"


def test_entities_in_xml_are_never_expanded() -> None:
    bomb = (
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<Fault><Error code="6240"><Message>&b;</Message></Error></Fault>'
    )

    assert read_entries(bomb, XML)[0].message == "&b;"
