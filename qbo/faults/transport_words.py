"""The words with which network stacks say that no answer came, by ecosystem; knows no fault of QuickBooks.

Sources: the errno names of POSIX, libcurl's and Winsock's error numbers, and the exceptions and messages of the HTTP
clients that integrations use. All are matched in lower case.
"""

# Only a client's own network stack writes these, so they count whatever status or code comes with them.
SURE_BY_ECOSYSTEM: dict[str, tuple[str, ...]] = {
    "any, by the name of its class": (
        # SocketTimeoutException, ConnectionClosedError, UnresolvedAddressException, SSLError, KeepAliveDisconnected ...
        # Not of a program whose users connect companies to it: NotConnectedError, ReconnectRequiredException.
        r"\b(?!clarify)(?![a-z]*(?:notconnected|reconnect|connection(?:expired|revoked|missing|required|not|found)"
        r"|noconnection|alreadyconnected|(?:quickbooks|qbo|company|account|realm)disconnected))"
        r"[a-z]*(socket|time-?d?out|connect|communication|network|dns|unresolved|unknownhost"
        r"|nameresolution|ssl|tls"
        r"|handshake"
        r"|disconnect|unreachable|closedchannel)[a-z]*(error|exception|failure)\b",
        r"\b(connection_(refused|reset|timed_?out|timeout|aborted)|(network|dns|socket|connect|read)_(error"
        r"|timeout))\b",
        r"\b(?!(?:quickbooks|qbo|company|account|realm)disconnected)[a-z]+(disconnected|connectionfailed"
        r"|connectionclosed|connectionrefused|connectionreset)\b",
    ),
    "any, by how an answer of HTTP is built": (
        r"\bchunk(ed)?[ -](size|header|trailer|length|hex-length|coding|transfer|encoding)|\b(in|truncated) chunk\b",
        r"(invalid|bad|unexpected|illegal|wrong|malformed) (http )?(status ?line|http response|chunk)|\bhttp/0\.9\b",
        r"\b(premature|unexpected) end of (content-length|stream|response|body)|payload is not completed",
        r"\bcontent-length: \d+, bytes received|\bend of response with \d+ bytes missing|content length header",
        r"does not match the http/\S+ protocol|\bparse error: (expected http|invalid (character|header|status|http))",
        r"\bserver (failed to respond|gave http response|returned (nothing|an invalid or unrecognized response))",
        r"\b(request|response|answer|connection|download) (was |is )?(cut off|cut short)"
        r"|\b(stream|socket) (has been |was )?aborted|\baborted (the )?pending request",
        r"\b(failure when|failed) (receiving|sending) data (from|to) the peer"
        r"|transferred a partial file",
        r"\[ssl: \w+\]|\b_ssl\.c:\d+|\bssl message\b|terminated the handshake",
        r"\bnxdomain\b|\bnsurlerrordomain\b|timelimitexceeded\b|\baddress unavailable\b|\bhostname could not be found",
        r"\binternet connection (appears to be|seems to be|is) offline|\bno internet\b",
        # Only the name of a host: Java's message for one that it cannot find.
        r"^\W*(?:\"\w+\"\W{1,4})?(?:[a-z0-9-]{1,60}\.){1,6}(?:com|net|org|io|dev|local|internal|invalid|test"
        r"|example)\W*$",
    ),
    "POSIX": (
        r"\be(notfound|conn(reset|refused|aborted)|(socket)?timedout|pipe|(host|net)(unreach|down)|addrnotavail"
        r"|proto)\b",
        r"\beai_(again|fail|noname|nodata)\b",
        r"temporary failure in name resolution|name or service not known|nodename nor servname",
        r"no route to host|network is unreachable|dns_probe_\w+|\bdns request timed out",
        r"\b(resolve|resolving) '?[\w-]+(\.[\w-]+)+'?(:\d+)?(\W|$)",
    ),
    "Winsock": (
        r"(winerror|errno|wsa\w*|socket ?error|error ?code)\W{0,6}1(00[345]\d|006[0-5]|100[1-4])\b",
        r"actively refused it|forcibly closed by the remote host|connected party did not properly respond",
        r"attempted to an unreachable (network|host)|no such host is known",
    ),
    "Node": (
        r"\bund_err_\w+|\berr_(network|internet_disconnected|name_not_resolved|timed_out|empty_response|canceled)\b",
        r"\berr_(connection|ssl|cert|tls|socket|http2|proxy|tunnel)_\w+|\berr_stream_premature_close\b",
        r"\bgetaddrinfo\b|socket hang ?up|\bfetch failed|other side closed|network socket disconnected",
        r"\babort_?error\b|\btimeout_?error\b|timeout of \d+ ?ms exceeded|network timeout at:",
        r"unable_to_(verify_leaf_signature|get_issuer_cert\w*)|self_signed_cert_in_chain|depth_zero_self_signed_cert",
        r"\bcert_(has_expired|not_yet_valid)\b|does not match certificate's altnames",
        r"\bfailed to fetch\W*$|(^\s*|[\"':] ?)load failed\W*$|network request failed|networkerror when attempting",
        r"\bhpe_\w+|\bhttpparsererror\b",
        r"unable to verify the first certificate|self[- ]signed certificate|premature close\b",
    ),
    "cURL and PHP": (
        r"\bmaximum execution time of \d+ seconds?\b",
        # 22 is an answer that tells a status.
        r"\bcurl:? ?(?!\(22\)|error 22\b)(\(\d+\)|error|_?errno)",
        r"\bcurle_\w+|php_network_getaddresses|failed to enable crypto",
        r"couldn't resolve (host|proxy)|could not resolve (host|proxy)|empty reply from server",
        r"\b(recv|send) failure:|transfer closed with|ssl_error_syscall|unable to get (local )?issuer certificate",
        r"http/2 stream \d+ was not closed cleanly|stream_socket_client",
    ),
    "Java": (
        r"\b(unknownhost|connect|sockettimeout|socket|sslhandshake|sslpeerunverified|noroutetohost)exception\b",
        r"\b(nohttpresponse|connecttimeout|connectionpooltimeout|httphostconnect|connectionclosed)exception\b",
        r"\b(http(connect)?timeout|streamreset|prematurechannelclosure)exception\b",
        r"received fatal alert|stream was reset: \w+|pkix path (building|validation)",
        r"valid certification path to requested target",
        r"header parser received no bytes|unexpected end of (file from server|stream on)",
        r"timeout waiting for connection from pool|:\d+ failed to respond",
    ),
    ".NET": (
        r"remote name could not be resolved|underlying connection was closed|from the transport connection",
        r"ssl/tls secure channel|trust relationship for the ssl|ssl connection could not be established",
        r"remote certificate (is invalid|was rejected)|remote party (sent a tls alert|has closed the transport stream)",
        r"response ended prematurely|configured httpclient\.timeout|0 bytes from the transport stream",
        r"\b(task|operation)cancell?edexception\b|\ba task was cancell?ed",
        r"error occurred while sending the request(\.|$)",
        r"\bauthentication failed, see inner exception|\bserverprotocolviolation\b",
        r"\b(nameresolution|connect|securechannel|trust|receive|send|keepalive)failure\b",
    ),
    "Go": (
        r"\bdial (tcp|udp)\b|\bproxyconnect tcp\b|\b(read|write) tcp\b|\blookup [\w-]+(\.[\w-]+)+( on \S+)?: ",
        r"\bstream error: stream id \d+|\bi/o timeout\b|context deadline exceeded|tls handshake timeout|\bx509: "
        r"|server closed idle connection",
        r"\bnet/http: (request cancell?ed|timeout)|http2: (server|client|timeout)|use of closed network connection",
        # Go puts method and address before a transport error; one that names a status is a client's own words.
        r"\b(get|post|put|patch|delete|head) \\?\"https?://[^\"\s]{1,300}\": (?!\d{3}\b)",
    ),
    "Ruby": (
        r"\berrno::e\w+|\bnet::(open|read|write)timeout|\bsocketerror\b|\bsocket::resolutionerror",
        r"\bfaraday::(connectionfailed|timeouterror|sslerror)|\bopenssl::ssl|\btimeout::error|\bhttp::connectionerror",
        r"\beoferror\b|failed to open tcp connection|\bexecution expired\b|server broke connection",
    ),
    "Python": (
        r"\bgaierror\b|\b(new)?connectionerror\b|\bmaxretryerror\b|\b(connect|read|write|pool)timeout(error)?\b",
        r"\b(connection(reset|refused|aborted)|brokenpipe|protocol|remoteprotocol|chunkedencoding"
        r"|incompleteread)error\b",
        r"\b(remotedisconnected|incompleteread|badstatusline|servertimeouterror|serverdisconnected(error)?)\b",
        r"\b(clientpayload|contentlength|transferencoding)error\b",
        r"\b(ssl|sslcertverification|sslzeroreturn|ssleof|proxy|clientconnector|clientos|connect|read)error\b",
        r"certificate_verify_failed|urlopen error|all connection attempts failed|max retries exceeded",
        r"remote end closed connection|server disconnected without|cannot connect to (host|proxy)",
    ),
    "Elixir": (r"\b(mint|finch|httpoison|req|tesla)\.(\w+\.)?\w*error\b",),
    "Rust": (
        r"error sending request for url|\bdns error\b|failed to lookup address|tcp connect error",
        r"connection closed before message completed",
    ),
}

SURE = "|".join(words for group in SURE_BY_ECOSYSTEM.values() for words in group)

CERTIFICATE = "|".join(
    (
        r"\bcertificate[a-z]*exception\b",
        r"self[-_ ]signed[-_ ]cert|\bcertificate[ _]verif(y|ication)[ _]failed",
        r"\bunable_to_(verify_leaf_signature|get_issuer_cert\w*)|\bunable to get (local )?issuer certificate",
        r"\bunable to verify the first certificate|\bcert_(has_expired|not_yet_valid)\b|certificate's altnames",
        r"\bssl certificate problem\b|\b(ssl|tls) certificate (has )?expired",
        r"\bpkix path (building|validation)|\bvalid certification path\b|\bsslpeerunverifiedexception\b",
        r"\btrust relationship for the ssl|\bremote certificate (is invalid|was rejected)",
        r"\bcurl error (51|60|77|91)\b|\bcurle_(peer_failed_verification|ssl_cacert\w*|ssl_invalidcertstatus)\b",
        r"\bx509: |\bcertificate signed by unknown authority",
    )
)
"""That an answer was near, but whoever gave it could not show that it is Intuit: waiting alone seldom helps."""

WINSOCK_CODES = frozenset(str(code) for code in (*range(10035, 10066), *range(11001, 11005)))
CURL_CODES = frozenset(str(code) for code in (5, 6, 7, 16, 18, 28, 35, 52, 53, 55, 56, 58, 61, 92))
CURL_CERTIFICATE_CODES = frozenset(("51", "60", "77", "91"))

CHECKED = r"\bis too (long|short|large)\b|\b\d[\d,]* characters\b|\bmust be (at|less|shorter|unique|between|an?|\d+)\b"
"""Says that a value is wrong; what is called "Timeout" then is a record."""

IS_GONE = (
    r"\b(item|product|customer|client|vendor|supplier|account|class)\b[^.;:]{1,40} (is|was) (now )?(inactive|deleted"
    r"|archived)\b"
)
"""Says that a record is gone; what is called "Gateway Timeout" then is its name."""

# Anybody may write these; they count only if there was no answer and no code of QuickBooks.
BROKEN_OFF = r"(reset|refused|closed|lost|aborted|failed|dropped|broken|terminated|interrupted)"
PLAIN = (
    r"\b(connections?|sockets?|channel|tunnel|handshake)\b[^.;,]{0,40} (could not|cannot|can't|couldn't) be"
    r" (established|made|opened|completed)",
    rf"\b(connection|socket|channel|tunnel)( to (the |a )?[\w.-]{{1,40}})? ((was|is|has been"
    rf"|unexpectedly) )*{BROKEN_OFF}\b",
    r"\b(host|remote|server|dns|domain) ?name\b[^.;]{0,40}(not|cannot|n't)( be)? (resolved|found)\b",
    r"(\baddress\b[^.;]{0,40}|\b[\w-]+(\.[\w-]+)+ )(could not|cannot|can't|couldn't|not) (be )?resolved\b",
    r"\b(response|answer|reply|download|transfer)( from \w+)? (was |has been |got )?interrupted\b",
    r"\bname (could )?not (be )?resolved|\bhost (not found|is down)|\bsocket (error|closed)\b"
    r"|^\W*unable to connect\W*$",
    r"\bremotely closed|\bincomplete (response|read)\b|\b(transport|i/o) error\b|^\W*ioexception\W*$"
    r"|disconnected from (the )?server",
    r"\berror (while )?(copying|reading|sending|writing) (the |a )?(content|response|request|data)\b",
    r"\bwait(ed|ing) for (an? |the )?(response|answer|reply)\b|^\W*((ssl|tls) )?certificate (has |is )?expired\W*$",
    r"timed[ -]?out|time-?out\b|(read|connect|connection|open)timeout|timeout(error|exception)",
    r"\b(quickbooks|qbo|intuit|server|host|service|api)( online)? (is |was |are )?(not reachable|unreachable)\b",
    # A program resolves names of hosts, and references to records.
    r"could(n't| not) (connect|resolve (?!([a-z]+ ){0,4}(customer|client|item|product"
    r"|service|account|tax|vendor|supplier|class|location|term|reference|conflict)))|cannot connect to"
    r"|resolv(e|ing) (host|timed)",
    r"name resolution|unknown ?host|no such host|name could not be resolved|\bdns\b",
    r"broken pipe|\beof occurred|incompleteread|chunkedencoding|end of file|(^|[:\s])(unexpected )?eof\W*$",
    r"connection ?(error|reset|refused|aborted|closed|lost|broken|failed|failure|dropped|interrupted|terminated)\b",
    r"connection (was |is |has been |attempt )?((prematurely|unexpectedly|abruptly) )?"
    r"(reset|refused|aborted|closed|lost|broken|failed|dropped|interrupted|terminated|error|(forcibly )?closed)",
    r"connection (to|with) [\w.-]+( online)? (was |is |has been )?"
    r"(lost|interrupted|dropped|reset|refused|aborted|closed|failed)\b|\blost (the |our )?(connection"
    r"|contact with (quickbooks|intuit|the server))\b|\bno route to \S+\.\w",
    r"(trouble|problems?|difficult(y|ies)) (reaching|contacting|connecting to)\b",
    r"\b(connection|line) (to|with) [\w.-]+ (broke|went down)\b|\bnever reached (the )?(quickbooks|qbo|intuit|server)",
    r"took too long to (respond|answer)|(tls|ssl) negotiation|\btunnel failed",
    r"\b(refused|reset|closed|dropped) (the |our )?connection|disconnected before|server disconnected",
    r"check your (internet|network)( connection)?\b",
    r"failed to connect|(unable to|can't|cannot) connect to (the remote|remote|quickbooks|intuit|qbo"
    r"|\W{0,2}https?://|[\w.-]+:\d)",
    r"(host|network|server) (is )?(unreachable|not reachable)",
    r"\bnetwork ?(error|failure|problem|timeout)|(request|operation) (was |has been )?(aborted|cancell?ed)",
    r"certificate (verify|verification) failed|\bwrong version number\b|\b(http request failed|failed to open stream)",
    # A client's own input/output errors, if they name no status.
    r"\b(java\.io\.|system\.io\.)ioexception\b|\b(web|protocol|clientprotocol|httprequest)exception\b",
    r"\b(axios|fetch|request|clientresponse)error\b|\bnet::http\w+\b",
    r"(ssl|tls|server|peer|remote|security|untrusted) cert(ificate)?\b|certificate (is )?(untrusted|not trusted)",
    r"(ssl|tls)[^.]{0,30}(error|handshake|failed|alert|certificate|connect|routines)",
    r"\b(terminated|aborted)\W*$|\b(network|connection|connectivity) (issue|problem)|\bno (response|answer|reply) from",
    r"(?<!will )(not|n't) (respond|answer\b|reply\b|reach\b|be (reached|contacted)|communicat)"
    r"|unable to (reach|communicate|contact)|\bunreachable\b",
)
