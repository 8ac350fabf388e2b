"""Files: an upload in parts, each with its own answer, and downloads; knows no rule."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from email.message import Message
from email.parser import BytesParser

from qbo_emulator import faults
from qbo_emulator.api import xml_input
from qbo_emulator.books.company import Company, Put, Row
from qbo_emulator.books.encoding import dumps, loads
from qbo_emulator.entities import operations
from qbo_emulator.entities.attachments import ATTACHABLE, THUMBNAIL, THUMBNAIL_ADDRESS
from qbo_emulator.faults import QboFault
from qbo_emulator.messages import Request, Response, base_url

METADATA, CONTENT = "file_metadata_", "file_content_"
CONTENTS = "File"  # the table of the bytes; not an entity of the API
FILES_PATH = "/emulator/files/"


def uploaded(company: Company, request: Request, *, at: datetime) -> str:
    """The answers to the files of a multipart request, as JSON. Raises QboFault if it is not one."""
    parts = parts_of(request)
    names = [name[len(CONTENT) :] for name in parts if name.startswith(CONTENT)]
    if not names:
        raise faults.unreadable_body()
    answers = [one_answer(company, request, parts, name, at) for name in names]
    return f'"AttachableResponse":[{",".join(answers)}]'


def parts_of(request: Request) -> dict[str, Message]:
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser().parsebytes(head + request.body.lstrip(b"\r\n"))
    if not message.is_multipart():
        multipart = request.headers.get("content-type", "").lower().startswith("multipart/")
        raise faults.unreadable_body() if multipart else faults.cannot_consume()
    found = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            found[name] = part
    return found


def one_answer(company: Company, request: Request, parts: dict[str, Message], name: str, at: datetime) -> str:
    """The attachable made from a file, or its fault (recorded inside a 200)."""
    try:
        row = stored(company, request, parts[CONTENT + name], parts.get(METADATA + name), at)
    except QboFault as fault:
        return f'{{"Fault":{dumps(fault.as_json())}}}'
    return f'{{"Attachable":{dumps(row)}}}'


def stored(company: Company, request: Request, part: Message, described: Message | None, at: datetime) -> Row:
    content, metadata = bytes_of(part), metadata_of(described)
    fallback = {"FileName": part.get_filename() or "file", "ContentType": part.get_content_type()}
    row = operations.write(company, ATTACHABLE, "create", {**fallback, **metadata}, at=at)
    key = row["Id"]
    addresses = {
        "FileAccessUri": f"/v3/company/{company.realm_id}/download/{key}",
        "TempDownloadUri": f"{base_url(request)}{FILES_PATH}{company.realm_id}/{key}",
        "Size": len(content),
    }
    row = {**row, **addresses}
    if str(row["ContentType"]).startswith("image/"):
        row[THUMBNAIL] = f"/v3/company/{company.realm_id}/attachable-thumbnail/{key}"
    made = {THUMBNAIL_ADDRESS: row["TempDownloadUri"]} if content and THUMBNAIL in row else {}
    data = base64.b64encode(content).decode()
    company.commit([Put(ATTACHABLE.name, {**row, **made}), Put(CONTENTS, {"Id": key, "Data": data})])
    return row  # before the small picture is made (recorded): later answers have its address


def bytes_of(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise faults.unreadable_body()
    return payload


def metadata_of(described: Message | None) -> dict[str, object]:
    if described is None:
        return {}
    try:
        text = bytes_of(described).decode().lstrip("\ufeff \t\r\n")
        found = xml_input.read(text, {ATTACHABLE.name}) if text.startswith("<") else loads(text)
    except (ValueError, RecursionError):
        raise faults.unreadable_body() from None
    if not isinstance(found, dict):
        raise faults.unreadable_body()
    return found


def address(company: Company, request: Request, key: str) -> Response | None:
    """The address of the file of attachable `key`, as plain text."""
    row = company.get(ATTACHABLE.name, key)
    if row is None or company.get(CONTENTS, key) is None:
        return None
    return Response(200, f"{base_url(request)}{FILES_PATH}{company.realm_id}/{key}", "text/plain")


def content(company: Company, key: str) -> Response:
    """The bytes of the file, for anybody who has its address."""
    row, stored_file = company.get(ATTACHABLE.name, key), company.get(CONTENTS, key)
    if row is None or stored_file is None:
        return Response(404, "No such file.\n", "text/plain")
    try:
        data = base64.b64decode(stored_file["Data"])
    except (binascii.Error, ValueError):
        data = b""
    return Response(200, content_type=str(row.get("ContentType", "application/octet-stream")), content=data)
