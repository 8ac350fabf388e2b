"""How texts name an HTTP status; knows no rule."""

import re

STATUS_IN_WORDS = (
    re.compile(r"statuscode\W{0,3}(\d{3})\b"),
    re.compile(r"\bhttp_?code\W{1,5}(\d{3})\b"),
    re.compile(r"response code\W{0,3}(\d{1,3})\b"),
    re.compile(r"status code(?: is)?\W{0,4}(\d{1,3})\b"),
    re.compile(r"(?:\b|_)status\W{1,3}(\d{3})\b"),
    re.compile(r"\b\w*(?:response|statuscode)error\W{1,3}(\d{3})\b"),
    re.compile(r"\b(?:non-2\w\w|unexpected) (?:response|answer|status)\W{1,3}([45]\d\d)\b"),
    re.compile(r"\bhttp(?!://)(?:/[\d.]+)?(?: status| error)?\W{0,3}(\d{3})\b"),
    re.compile(
        r"\b(\d{3})\W{1,3}(?:client error|server error|bad request|unauthorized|forbidden|not found|too many"
        r"|internal server|bad gateway|(?:service|server) (?:temporarily )?unavailable|gateway|proxy error)\b"
    ),
    re.compile(r"\b(?:unauthorized|forbidden|unavailable)\W{0,3}(\d{3})\b"),
    # A page of a gateway may hold nothing else, in its title and in its heading.
    re.compile(r"^\W*(\d{3})(?:\W+\1)*\W*$"),
    re.compile(r"\b(?:error|failed|request)\W{1,4}([45]\d\d)(?:(?:\W+\1)+\b|\W*$)"),
    re.compile(r"\b(?:api|http|server|request) error\W{1,3}([45]\d\d)\b"),
    re.compile(r"\b(?:quickbooks|qbo|intuit) api (40[0-4]|429|50[0-4])(?=\W*$|:)"),
    re.compile(
        r"^\W*(?:error\W+)?(?:quickbooks|qbo|intuit)(?: api)?(?: error| status)?\W{1,3}(40[134]|429|50[0-4])\W*$"
    ),
    re.compile(
        r"\b(?:response|answer|reply|error) from (?:the )?(?:\w+ )?(?:server|upstream|quickbooks|qbo|intuit|api)\W{1,3}"
        r"([45]\d\d)\b"
    ),
    re.compile(r"\berror (?:code\W{0,3})?(52[0-7])\b"),
    re.compile(
        r"\b(\d{3})\W{1,3}(?:verboten|interdit|prohibido|proibido|vietato|non autori(?:se|zzato)"
        r"|n(?:o|ao) autorizado)\b"
    ),
    re.compile(
        r"\b(?:autorise|autorizado|autorizzato|autorisiert|gemachtigd|verboten|interdit|prohibido|proibido|verboden"
        r"|vietato)\b"
        r"(?: toegang)?\W{1,3}(\d{3})\b"
    ),
    re.compile(r"\b(?:responded with|returned) (?:a |an )?(?:status |http |error )*(\d{3})\b"),
    # Not what was returned, such as invoices, may come behind it, and the code is not that of an account or a tax.
    re.compile(
        r"(?:\b(?:got|received|returned|gave|failed with|responded|response|httperror)"
        r"|(?<!tax )(?<!account )(?<!accounting )(?<!item )(?<!product )(?<!service )(?<!zip )(?<!postal )"
        r"\b(?:error )?code)"
        r"\W{1,3}(?:an? |http |status |code )*"
        r"(40\d|429|50[0-4]|52\d)(?=\W*$|[,;:)]|\. | (?:from|while|when|on|for|error|response|after)\b)"
    ),
    re.compile(r"\b(40[134]|429|50[0-4]) error\b"),
    re.compile(r"\bfailed\b[^:.]{0,60}: ?(40[134]|429|50[0-4])\W*$"),
    re.compile(r"^\W*(40[134]|429|50[0-4])(?= from\b)"),
    re.compile(
        r"\b(?:respondio|respondeu|(?:a )?repondu|(?:hat )?geantwortet|antwortete|antwoordde|(?:heeft )?geantwoord"
        r"|(?:ha )?risposto)\b(?: (?:con|com|avec|mit|met|el|le|o|il|la|den|dem|une?|uma?|un'|einem|een|de|errore?"
        r"|erro|erreur|fehler|fout"
        r"|codigo"
        r"|codice|code|estado|status|http)){0,4}\W{0,3}(40[0-4]|429|50[0-4])"
        r"(?=\W*$|[,;:.)\]]| (?:al|sur|en|em|bei|beim|bij|durante|lors|pour|para)\b)"
    ),
    re.compile(r"\b(?:fehler|code|status|http|fout)(?:code)?\W{1,3}(40[0-4]|429|50[0-4]) (?:ge)?antwo?ort(?:et)?\b"),
    # As .NET says in every language: "The remote server returned an error: (401) Unauthorized."
    re.compile(r": ?\(([45]\d\d)\) "),
    # In brackets at the end of a sentence about QuickBooks; elsewhere it may be the number of an account.
    re.compile(r"\b(?:quickbooks|qbo|intuit)\b(?:'s)?[^.:(\"']{0,60} \((401|403|429|50[0-4])\)(?=\W*$|\. )"),
)
