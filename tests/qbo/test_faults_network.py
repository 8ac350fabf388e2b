"""The reader of faults: that no answer came, in the words of other languages' libraries."""

import json

import pytest

from tests.qbo.fault_bodies import JSON, TEXT, body, read

HOST = "books.example"
HOST_ALONE = HOST  # what Java says of a host that it cannot find

RAISED = {
    "Node": [
        f"getaddrinfo ENOTFOUND {HOST}",
        f"FetchError: request to https://{HOST}/ failed, reason: read ECONNRESET",
        "TypeError: fetch failed",
        "SocketError: other side closed",
        "Error: socket hang up",
        "AbortError: This operation was aborted",
        "timeout of 5000ms exceeded",
        "write EPROTO wrong version number",
        "Premature close",
        "Parse Error: Expected HTTP/, RTSP/ or ICE/",
        "Response does not match the HTTP/1.1 protocol (Invalid character in chunk size)",
        "AxiosError: stream has been aborted",
        "Error: aborted",
        "The server aborted pending request",
        f'Unable to connect to "https://{HOST}/token"',
    ],
    "PHP and cURL": [
        "Fatal error: Maximum execution time of 60 seconds exceeded",
        f"cURL error 6: Could not resolve host: {HOST}",
        "cURL error 52: Empty reply from server",
        "curl: (7) Failed to connect",
        "CURLE_OPERATION_TIMEDOUT",
        "php_network_getaddresses failed",
        "stream_socket_client(): unable to connect",
        "Recv failure: Connection reset by peer",
        f"file_get_contents(https://{HOST}/v3): Failed to open stream: HTTP request failed!",
        "Failure when receiving data from the peer",
        "Transferred a partial file",
        "Server returned nothing (no headers, no data)",
        "Received HTTP/0.9 when not allowed",
        "(18, 'end of response with 495 bytes missing')",
    ],
    "Java": [
        "java.nio.channels.ClosedChannelException",
        f"java.net.UnknownHostException: {HOST}",
        "java.net.SocketTimeoutException: Read timed out",
        "java.net.ConnectException: Connection refused",
        f"NoHttpResponseException: {HOST}:443 failed to respond",
        "java.io.IOException: HTTP/1.1 header parser received no bytes",
        "unexpected end of stream on Connection",
        "java.io.IOException: fixed content-length: 500, bytes received: 5",
        "Premature end of Content-Length delimited message body (expected: 500; received: 5)",
        "TruncatedChunkException: Truncated chunk (expected size: 80; actual size: 5)",
        "java.io.IOException: Bogus chunk size",
        "java.net.ProtocolException: Unexpected status line: nonsense",
        "The target server failed to respond",
        "Unsupported or unrecognized SSL message",
        "Remote host terminated the handshake",
        HOST_ALONE,
    ],
    ".NET": [
        f"The remote name could not be resolved: '{HOST}'",
        "No such host is known.",
        "No connection could be made because the target machine actively refused it.",
        "An existing connection was forcibly closed by the remote host.",
        "The underlying connection was closed: An unexpected error occurred on a receive.",
        "Could not create SSL/TLS secure channel.",
        "TaskCanceledException: A task was canceled.",
        "The response ended prematurely.",
        "Status: NameResolutionFailure",
        "The server returned an invalid or unrecognized response.",
        "Authentication failed, see inner exception.",
        "Error getting response stream: ServerProtocolViolation",
    ],
    "Go": [
        f"dial tcp: lookup {HOST}: no such host",
        f'Post "https://{HOST}/v3": EOF',
        "dial tcp 192.0.2.1:443: i/o timeout",
        "context deadline exceeded",
        "net/http: TLS handshake timeout",
        "http2: server sent GOAWAY and closed the connection",
        "read tcp 192.0.2.1:5->192.0.2.2:443: read: connection reset by peer",
        "http: server gave HTTP response to HTTPS client",
        "invalid byte in chunk length",
    ],
    "Ruby": [
        f"SocketError: Failed to open TCP connection to {HOST}:443",
        "Net::OpenTimeout: execution expired",
        "Errno::ECONNREFUSED",
        "EOFError: end of file reached",
        "Faraday::ConnectionFailed: execution expired",
        "#<EOFError: end of file reached>",
        "#<Net::ReadTimeout: Net::ReadTimeout>",
        "#<Errno::ECONNRESET: Connection reset by peer>",
        "Net::HTTPBadResponse: wrong status line",
    ],
    "Python": [
        "socket.gaierror: [Errno -2] Name or service not known",
        "RemoteDisconnected('Remote end closed connection without response')",
        "Max retries exceeded with url: /v3",
        "[WinError 10060] no answer",
        "httpx.ConnectError: All connection attempts failed",
        "ServerDisconnectedError: Server disconnected",
        "IncompleteRead(0 bytes read)",
        "urllib.error.URLError: <urlopen error [Errno 111] Connection refused>",
        "<urlopen error [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)>",
        "Response payload is not completed: <ContentLengthError: 400, message='Not enough data'>",
        "Request timed out: GET http://127.0.0.1:8010/v3",
    ],
    "any, by the name of its class": [
        "Acme::ConnectionClosedError",
        "com.acme.SocketClosedException: closed",
        "UnresolvedAddressException",
        "HTTPClient::KeepAliveDisconnected",
    ],
    "browsers": ["Failed to fetch", "Load failed", "Network request failed", "DNS_PROBE_FINISHED_NXDOMAIN"],
    "Rust": ["error sending request for url (https://books.example/): operation timed out"],
    "nobody in particular": [
        "Connection lost",
        f"Failed to resolve '{HOST}'",
        "Received fatal alert: handshake_failure",
        "The server took too long to respond",
        "The request was aborted",
        "TLS handshake failed",
        "Connection reset",
        "unexpected EOF",
        "The host is unreachable",
        "A server with the specified hostname could not be found.",
        "The Internet connection appears to be offline.",
        "Address unavailable: https://books.example/v3",
        "SoftTimeLimitExceeded()",
        'Error Domain=NSURLErrorDomain Code=-1001 "nothing"',
        "2026-03-01T10:00:00Z the task timed out after 30 seconds",
        "{:error, %Finch.Error{reason: :nxdomain}}",
        "{:error, %Mint.TransportError{reason: :closed}}",
        "(Req.TransportError) :closed",
        "PrematureCloseException: Connection prematurely closed BEFORE response",
        "stream error: stream ID 3; REFUSED_STREAM; received from peer",
    ],
}
WORDS = [words for group in RAISED.values() for words in group]


CERTIFICATES = [
    "reason: self-signed certificate",
    "unable to verify the first certificate",
    "SSL certificate problem: unable to get local issuer certificate",
    "javax.net.ssl.SSLHandshakeException: PKIX path building failed",
    "AuthenticationException: The remote certificate is invalid",
    "x509: certificate signed by unknown authority",
    "OpenSSL::SSL::SSLError: certificate verify failed",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed'))",
    "Hostname/IP does not match certificate's altnames: Host: books.example. is not in the cert's altnames",
    "CERT_HAS_EXPIRED",
    "cURL error 60: see https://curl.example/errors",
    "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel.",
    "javax.net.ssl.SSLPeerUnverifiedException: Hostname books.example not verified",
]


@pytest.mark.parametrize("words", CERTIFICATES)
def test_a_certificate_that_is_not_trusted_is_told_apart(words: str) -> None:
    """It is tried again as long as the network, but in the end it is our support that has to do something."""
    assert read(words, None, TEXT).code == "certificate_not_trusted"
    assert read(json.dumps({"message": words}), None, JSON).code == "certificate_not_trusted"


def test_the_name_and_the_number_of_that_error_may_stand_where_intuits_code_would() -> None:
    named = {"code": "SELF_SIGNED_CERT_IN_CHAIN", "message": "the request did not go out"}
    numbered = {"code": 60, "message": "the peer is somebody else"}

    assert read(json.dumps(named), None, JSON).code == "certificate_not_trusted"
    assert read(json.dumps(numbered), None, JSON).code == "certificate_not_trusted"
    # With a status, the number is another program's own; with QuickBooks' type, so are the words.
    assert read(json.dumps(numbered), 400, JSON).code == "validation"
    assert read(body("6000", "A problem", "The memo says: self-signed certificate"), 400).code == "validation"


@pytest.mark.parametrize("words", WORDS)
def test_words_of_a_network_stack_are_read(words: str) -> None:
    assert read(words, None, TEXT).code == "network"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("key", ["message", "error", "exception"])
def test_they_are_read_in_json_too(words: str, key: str) -> None:
    assert read(json.dumps({key: words}), None, JSON).code == "network"


@pytest.mark.parametrize(
    "answer",
    [
        {"message": f"getaddrinfo ENOTFOUND {HOST}", "code": "ENOTFOUND", "syscall": "getaddrinfo"},
        {"message": "Network Error", "name": "AxiosError", "code": "ERR_NETWORK"},
        {"message": "timeout exceeded", "code": "ECONNABORTED"},
        {"name": "TypeError", "message": "it failed", "cause": {"code": "UND_ERR_CONNECT_TIMEOUT", "message": "x"}},
        {"code": 28, "message": "it took 30001 milliseconds"},
        {"error": {"code": 7, "message": "nobody listens there"}},
        {"code": 500, "message": "connect ECONNREFUSED 192.0.2.1:443"},
        {"ErrorCode": 10051, "Message": "the network cannot be got at"},
        {"error": "ConnectionError", "message": "no luck"},
        {"errno": -3008, "code": "ENOTFOUND", "syscall": "getaddrinfo"},
    ],
)
def test_the_number_or_the_name_of_an_error_may_stand_where_intuits_code_would(answer: dict[str, object]) -> None:
    assert read(json.dumps(answer), None, JSON).code == "network"


@pytest.mark.parametrize("status", [None, 500, 502])
def test_a_program_between_us_and_intuit_may_have_met_it(status: int | None) -> None:
    assert read('{"error":"connect ECONNREFUSED 192.0.2.1:443"}', status).code == "network"


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        # QuickBooks itself tells of its own troubles in such words too.
        ("server_error", 500, body("10000", "An application error", "java.net.SocketTimeoutException: Read timed out")),
        ("server_error", None, "System Failure Error: java.net.ConnectException: Connection refused"),
        ("server_error", 503, "upstream connect error or disconnect/reset before headers. connection timeout"),
        ("server_error", 504, '{"message":"Endpoint request timed out"}'),
        # What people type is quoted in refusals.
        ("field_refused", 400, body("2040", "Invalid String", "Invalid characters: ECONNRESET\t")),
        ("duplicate_name", 400, body("6240", "Duplicate Name Exists Error", "Socket Hang Up LLC")),
        # A client's words before an answer that did come.
        ("validation", 400, 'POST "https://books.example/v3": 400 Bad Request: the amount must be positive'),
        ("server_error", None, "WebException: The remote server returned an error: (502) Bad Gateway."),
        ("token_expired", None, "cURL error 22: The requested URL returned error: 401"),
        ("rate_limited", None, "curl: (22) The requested URL returned error: 429"),
        ("permission_denied", None, "Failed to open stream: HTTP request failed! HTTP/1.1 403 Forbidden"),
        ("token_expired", None, "ClientResponseError: 401, message='Unauthorized', url='https://books.example/v3'"),
        ("token_expired", None, "WebException: The remote server returned an error: (401) Unauthorized."),
        ("token_expired", None, "Unable to connect to https://books.example/v3: it failed with status code 401"),
        ("unknown", None, "errors.customer.incomplete"),
        ("validation", None, "An incorrect <urlopen> in the memo"),
        ("unknown", None, "Customer lookup failed: bad request"),
        ("item_not_found", None, "Failed to fetch the item: item not found"),
        ("validation", None, "Resolve the open questions of this invoice before you send it"),
        ("reference_not_found", None, "Failed to resolve it: invalid reference"),
        ("permission_denied", 502, '{"code":"ACME_CONNECTION_ERROR","message":"The user has denied access"}'),
        ("validation", 400, '{"code":35,"message":"The amount must be positive"}'),
        ("validation", None, "The resale certificate expired, choose another tax status for this customer"),
        ("reference_not_found", None, "An error occurred while sending the request to QuickBooks: Invalid Reference"),
    ],
)
def test_what_resembles_it_and_is_something_else(code: str, status: int | None, text: str) -> None:
    assert read(text, status, TEXT).code == code
