"""What an answer of QuickBooks, of a gateway or of another program is read as; data."""

from tests.mutation.safeguard import Safeguard

CONNECTION = "qbo/faults/connection_rules.py"
ACCESS = "qbo/faults/access_rules.py"
CONCURRENT = "qbo/faults/concurrent_rules.py"
GRANTS = "qbo/faults/grant_rules.py"
PASSING = "qbo/faults/passing_rules.py"
STATUSES = "qbo/faults/statuses.py"
CONNECTING = "qbo/faults/connection_words.py"
SENTENCES = "qbo/faults/sentence_rules.py"
GENERAL = "qbo/faults/general_rules.py"
WORDS = "qbo/faults/record_words.py"
REFERENCE = "qbo/faults/reference_rules.py"
RECORD = "qbo/faults/record_rules.py"
READING = "qbo/faults/reading.py"
OF_CODES = "tests/qbo/test_faults_codes.py"
OF_SENTENCES = "tests/qbo/test_faults_sentences.py"
OF_NETWORK = "tests/qbo/test_faults_network.py"
OF_PASSING = "tests/qbo/test_faults_passing.py"
OF_ALL = "tests/qbo/test_faults.py"
OF_LANGUAGES = "tests/qbo/test_faults_languages.py"
OF_NOUNS = "tests/qbo/test_faults_nouns.py"
OF_THINGS = "tests/qbo/test_faults_things.py"
OF_PARTS = "tests/qbo/test_faults_parts.py"
OF_CONNECTING = "tests/qbo/test_faults_tongues_connecting.py"
OF_OTHER_WORDS = "tests/qbo/test_faults_other_words.py"
OF_TONGUES = "tests/qbo/test_faults_tongues.py"
OF_WRITTEN_NAMES = "tests/qbo/test_faults_written_names.py"
OF_HEADLINES = "tests/qbo/test_faults_headlines.py"
OF_NEIGHBORS = "tests/qbo/test_faults_neighbors.py"

SAFEGUARDS = (
    Safeguard(
        "faults: a contraction says the same as the words that it stands for",
        "qbo/faults/evidence.py",
        '(re.compile(r"\\b(is|are|was|were|has|have|had|does|do|did|could)n\'t\\b"), r"\\1 not"),',
        "",
        (f"{OF_THINGS}::test_they_are_read_as_the_words_they_stand_for",),
    ),
    Safeguard(
        "faults: a refusal that .NET tells in another language is not tried again as the network",
        STATUSES,
        're.compile(r": ?\\(([45]\\d\\d)\\) "),',
        "",
        (f"{OF_LANGUAGES}::test_other_programs_in_other_languages",),
    ),
    Safeguard(
        "faults: the code of an account is no HTTP status that ends a connection",
        STATUSES,
        "(?<!tax )(?<!account )(?<!accounting )",
        "",
        (f"{OF_CODES}::test_a_number_that_is_no_status",),
    ),
    Safeguard(
        "faults: a 401 in another language is for the connection, a 403 for rights",
        STATUSES,
        'r"\\b(?:autorise|autorizado|autorizzato|autorisiert|gemachtigd|verboten',
        'r"\\b(?:verboten',
        (f"{OF_LANGUAGES}::test_a_language_tells_a_fault_in_many_words",),
    ),
    Safeguard(
        "faults: an unknown error in another language is about no unknown customer",
        "qbo/faults/tongues/french.py",
        "(?<!erreur )",
        "",
        (f"{OF_LANGUAGES}::test_an_unknown_error_names_no_record",),
    ),
    Safeguard(
        "faults: the telephone's number that somebody else has is no invoice's",
        RECORD,
        """rf"|{NOT_OF_A_DOCUMENT}\\bnumbers?\\b)\"""",
        """r"|\\bnumbers?\\b)\"""",
        (f"{OF_THINGS}::test_a_few_words_are_read",),
    ),
    Safeguard(
        "faults: that no record of the name exists is not that the name is taken",
        RECORD,
        'NONE_EXISTS = r"\\bno (\\w+ ){1,6}exists?\\b|',
        'NONE_EXISTS = r"',
        (f"{OF_THINGS}::test_a_few_words_are_read",),
    ),
    Safeguard(
        "faults: a parser's unexpected token is none that gives access",
        CONNECTING,
        'ACCESS_THING = (\n    r"((?<!unexpected )\\btokens?|',
        'ACCESS_THING = (\n    r"(\\btokens?|',
        (f"{OF_THINGS}::test_a_few_words_are_read",),
    ),
    Safeguard(
        "faults: a client of HTTP that found nothing is no customer who is missing",
        WORDS,
        "(?![ _-]?(error|exception|id\\b|secret|credential|auth|app|librar))",
        "",
        (f"{OF_NOUNS}::test_what_only_looks_like_a_missing_record",),
    ),
    Safeguard(
        "faults: a payment that was taken out of its deposit is not gone",
        WORDS,
        "removed((?= (from|in|inside|within) (the |your )?(quickbooks|qbo|list|books|chart))|(?=\\W*$|[.;,]))",
        "removed",
        (f"{OF_NOUNS}::test_what_only_looks_like_a_missing_record",),
    ),
    Safeguard(
        "faults: a record that cannot be deleted because others use it is not deleted",
        WORDS,
        'NO_PREPOSITION = r"(?!(because|',
        'NO_PREPOSITION = r"(?!(becaus|',
        (f"{OF_NOUNS}::test_what_only_looks_like_a_missing_record",),
    ),
    Safeguard(
        "faults: another program's 500 is no refusal of QuickBooks, so it is tried again",
        "qbo/faults/record_rules.py",
        "where=lambda evidence: evidence.is_intuits,",
        "where=lambda evidence: True,",
        (f"{OF_CODES}::test_a_status_in_the_place_of_the_code",),
    ),
    Safeguard(
        "faults: what a gateway says of access while its server is down ends no connection",
        "qbo/faults/limit_rules.py",
        "failed = broken(status) or evidence.status_as_code in GATEWAY_STATUSES",
        "failed = broken(status)",
        (f"{OF_CODES}::test_a_status_in_the_place_of_the_code",),
    ),
    Safeguard(
        "faults: a certificate that is not trusted is told to support, not to the shop",
        CONNECTION,
        'rule("certificate_not_trusted", where=distrusts_a_certificate, not_text=ANSWERED),',
        "",
        (f"{OF_NETWORK}::test_a_certificate_that_is_not_trusted_is_told_apart",),
    ),
    Safeguard(
        "faults: a certificate that QuickBooks' own words name is no trouble with the network",
        CONNECTION,
        """own says that a certificate was not accepted.\"\"\"
    if evidence.is_intuits:""",
        """own says that a certificate was not accepted.\"\"\"
    if False:""",
        (f"{OF_NETWORK}::test_the_name_and_the_number_of_that_error_may_stand_where_intuits_code_would",),
    ),
    Safeguard(
        "faults: words of a network stack that QuickBooks quotes in a refusal are a refusal",
        CONNECTION,
        """words or error numbers of a network stack.\"\"\"
    if evidence.is_intuits:""",
        """words or error numbers of a network stack.\"\"\"
    if False:""",
        (f"{OF_NETWORK}::test_what_resembles_it_and_is_something_else",),
    ),
    Safeguard(
        "faults: a status with its phrase is an answer, whatever class of error a client makes of it",
        CONNECTION,
        'rule("network", where=never_left_the_client, not_text=ANSWERED),',
        'rule("network", where=never_left_the_client),',
        (f"{OF_NETWORK}::test_what_resembles_it_and_is_something_else",),
    ),
    Safeguard(
        "faults: wrong credentials wait for a person, not for the network",
        CONNECTION,
        'rule("token_expired", text=WRONG_CREDENTIALS, not_text=r"\\bclos(ed|ing)\\b", where=is_another_programs),',
        "",
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: passwords and codes in QuickBooks' own checks end no connection",
        GRANTS,
        'return not evidence.is_intuits and evidence.request_entity != "payment"',
        "return True",
        (f"{OF_SENTENCES}::test_quickbooks_checks_have_passwords_and_codes_of_their_own",),
    ),
    Safeguard(
        "faults: Intuit's page that did not connect waits for a person, whatever it says of later",
        GRANTS,
        'text=r"\\bsorry, but [^.;]{1,80}\\b(didn\'t|did not) connect\\b",',
        'text=r"never said",',
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: QuickBooks' code that another program passes on comes before the program's own",
        "qbo/faults/json_shapes.py",
        'return named if passed is None else named | {"code": passed}',
        "return named",
        (f"{OF_SENTENCES}::test_a_code_that_was_passed_on_has_many_names",),
    ),
    Safeguard(
        "faults: after an instruction, 'try again' asks for a correction and not for patience",
        GENERAL,
        """not_text=(
            r"correct|enter|select""",
        """not_text=(
            r"never said|or this""",
        (f"{OF_PASSING}::test_what_has_to_be_corrected_does_not_wait",),
    ),
    Safeguard(
        "faults: a query that QuickBooks does not understand is refused, whatever it names",
        RECORD,
        'rule("request_refused", text=r"\\bquery(validation|parser)error\\b"),',
        "",
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: a gateway's page and a fault that was cut off say nothing about a write",
        READING,
        'return status > 0 and (_is_fault(body) or (is_whole_xml(body) and "<Fault" in body))',
        'return status > 0 and (_is_fault(body) or "<Fault" in body)',
        (f"{OF_ALL}::test_only_a_whole_fault_of_quickbooks_own_is_a_refusal",),
    ),
    Safeguard(
        "faults: closed books in another language are closed books under the code of a stale record too",
        "qbo/faults/tongue_rules.py",
        'return (evidence.code == "5010" or (evidence.status == 403 and not evidence.is_intuits)) and CLOSED(evidence)',
        "return False",
        (f"{OF_TONGUES}::test_closed_books_may_come_as_something_forbidden_or_stale",),
    ),
    Safeguard(
        "faults: an email that a customer lacks in QuickBooks is not a customer that is gone",
        WORDS,
        '"number", "phone", "date")',
        '"number", "date")',
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: an account that was not chosen for an item is the account's fault, not the item's",
        REFERENCE,
        'rule("income_account_missing", text=unlinked("accounts?", "(item|product|service)s?")),',
        "",
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: a program that looked for a record in QuickBooks had access, whatever status it gives",
        ACCESS,
        'MISSING_THERE = r"\\b(not exist|not found|no longer exists?) in (quickbooks|qbo)\\b"',
        'MISSING_THERE = r"never said"',
        (f"{OF_SENTENCES}::test_a_program_that_could_look_into_quickbooks_had_access",),
    ),
    Safeguard(
        "faults: a reference that could not be resolved is not tried again as the name of a host",
        "qbo/faults/transport_words.py",
        "r\"could(n't| not) (connect|resolve (?!([a-z]+ ){0,4}(",
        "r\"could(n't| not) (connect|resolve (?!(never ",
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: what cannot be deleted is not deleted, in German",
        "qbo/faults/tongues/german.py",
        "(?<!nicht )gelo(e)?scht\\b(?! (werden|sein))",
        "gelo(e)?scht\\b",
        (f"{OF_TONGUES}::test_what_resembles_them_is_left_to_a_person",),
    ),
    Safeguard(
        "faults: a request of a person that failed is not the request that got no answer",
        "qbo/faults/tongues/german.py",
        "senden der anforderung(\\.|\\W*$)",
        "senden der anforderung",
        (f"{OF_TONGUES}::test_what_resembles_them_is_left_to_a_person",),
    ),
    Safeguard(
        "faults: a record that is to be changed in QuickBooks is not one that was changed meanwhile",
        CONCURRENT,
        'r" (quickbooks|qbo)( online)? (during|while|since|meanwhile|in the meantime)\\b",',
        'r" (quickbooks|qbo)( online)?\\b",',
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: a program that connects to QuickBooks again by itself asks nobody to connect it",
        CONNECTING,
        'r"(^\\W*|\\b(please|must|should|(needs?|have|has) to) )(authori[sz]e',
        'r"\\b(authori[sz]e',
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: a customer's history that could not be read is waited for; the customer is there",
        WORDS,
        'r"(?! (statements?|reports?|histor(y|ies)|lists?|amounts?',
        'r"(?! (amounts?',
        (f"{OF_SENTENCES}::test_what_other_programs_say",),
    ),
    Safeguard(
        "faults: QuickBooks' own checks, and what has a status of its own, are not read by things and states",
        SENTENCES,
        "return not evidence.is_intuits and evidence.status in under and not",
        "return not",
        (f"{OF_PARTS}::test_only_sentences_of_other_programs_are_read_by_their_parts",),
    ),
    Safeguard(
        "faults: what belongs to a record is not the record",
        "qbo/faults/sentences.py",
        "before = [mention for mention in mentions if mention.end <= position and not is_owner(clause, mention)]",
        "before = [mention for mention in mentions[:1] if mention.end <= position]",
        (f"{OF_PARTS}::test_a_sentence_is_read_by_its_parts",),
    ),
    Safeguard(
        "faults: that a record did not go there is no reason where the reason stands beside it",
        "qbo/faults/sentences.py",
        'if state in ("unsent", "awaited") and clause.is_result:',
        "if False:",
        (f"{OF_PARTS}::test_a_sentence_is_read_by_its_parts",),
    ),
    Safeguard(
        "faults: who is told to look before retrying is not told that it is tried again",
        PASSING,
        "(?<!before )(?<!or )",
        "",
        (f"{OF_PARTS}::test_a_sentence_is_read_by_its_parts",),
    ),
    Safeguard(
        "faults: a stale-dated check, which somebody has to replace, is not waited for as a stale record",
        CONCURRENT,
        'r"(is|was) (now )?(stale(?![ -]dated)|',
        'r"(is|was) (now )?(stale|',
        (f"{OF_NEIGHBORS}::test_a_sentence_is_told_from_its_neighbor",),
    ),
    Safeguard(
        "faults: a price list or an app that is out of date is no record that is read again and sent",
        CONCURRENT,
        'rf"\\b(your|our|this|the|that|an?) ({OF_A_RECORD} |\\w+ )?(copy|{OF_A_RECORD}) ',
        'rf"\\b(your|our|this|the|that|an?) ({OF_A_RECORD} |\\w+ )?(copy|{OF_A_RECORD}|list) ',
        (f"{OF_NEIGHBORS}::test_a_sentence_is_told_from_its_neighbor",),
    ),
    Safeguard(
        "faults: the maintenance that a shop sells is not waited for as that of a server",
        GENERAL,
        'r"(?! (plan|agreement|contract',
        'r"(?! (agreement|contract',
        (f"{OF_NEIGHBORS}::test_a_sentence_is_told_from_its_neighbor",),
    ),
    Safeguard(
        "faults: an electrician's circuit breaker is not waited for",
        PASSING,
        "is )?(now )?open( for (quickbooks|qbo|intuit))?\\W*$",
        "is )?(now )?open( for (quickbooks|qbo|intuit))?",
        (f"{OF_NEIGHBORS}::test_a_sentence_is_told_from_its_neighbor",),
    ),
    Safeguard(
        "faults: what QuickBooks checked is not tried again because a program passes it on with a server's status",
        GENERAL,
        'text=r"\\bbusiness validation error\\b",',
        'text=r"\\bno such words\\b",',
        (
            f"{OF_NEIGHBORS}::test_what_quickbooks_checked_does_not_wait_because_a_program_passes_it_on_with_a_status_of_its_own",
        ),
    ),
    Safeguard(
        "faults: an answer that was cut off is no refusal, the write may have been made",
        GENERAL,
        " and CUT_OFF.search(evidence.entry.message) is None",
        "",
        (f"{OF_ALL}::test_an_answer_is_read",),
    ),
    Safeguard(
        "faults: a class of error that says that nobody has connected a company is not waited for as the network",
        "qbo/faults/transport_words.py",
        "(?![a-z]*(?:notconnected|reconnect|",
        "(?![a-z]*(?:notconnected|",
        (f"{OF_WRITTEN_NAMES}::test_who_has_to_connect_a_company_does_not_wait_for_the_network",),
    ),
    Safeguard(
        "faults: a discount that a manager has to approve ends no connection",
        ACCESS,
        "(?! (discount|change|edit|amount|refund|charge",
        "(?! (discount|change|edit|amount|charge",
        (f"{OF_NEIGHBORS}::test_a_sentence_is_told_from_its_neighbor",),
    ),
    Safeguard(
        "faults: an answer of QuickBooks that has texts but says of no error is a success",
        "qbo/faults/json_sayings.py",
        "return told_in(document) if any(says_failed(one) for one in inside) else ()",
        "return told_in(document)",
        (f"{OF_HEADLINES}::test_a_success_is_no_error_because_it_has_texts",),
    ),
    Safeguard(
        "faults: a part of an answer has the status of the whole, and is not waited for as the network",
        "qbo/faults/headlines.py",
        "http_status=evidence.status or evidence.http_status, ",
        "http_status=None, ",
        (f"{OF_LANGUAGES}::test_other_programs_in_other_languages",),
    ),
    Safeguard(
        "faults: what a 500 of another program says decides before its status",
        GENERAL,
        'rule("server_error", status=lambda status: status > ANY_ERROR or',
        'rule("server_error", status=lambda status: status >= ANY_ERROR or',
        (f"{OF_NEIGHBORS}::test_a_program_that_answers_500_or_404_tells_what_is_missing",),
    ),
    Safeguard(
        "faults: a connection that nobody has made is not waited for as the network, in any language",
        "qbo/faults/tongue_rules.py",
        'rule("token_expired", where=both(of_another_program, says(lambda t: t.to_connect))),',
        "",
        (f"{OF_CONNECTING}::test_what_programs_in_other_languages_say",),
    ),
    Safeguard(
        "faults: which of several kinds of records is gone is not guessed",
        REFERENCE,
        'rule("reference_not_found", text=rf"\\b{SEVERAL_KINDS}',
        'rule("reference_not_found", codes="-", text=rf"\\b{SEVERAL_KINDS}',
        (f"{OF_NOUNS}::test_what_only_looks_like_a_missing_record",),
    ),
    Safeguard(
        "faults: a job that is still in progress is not waited for",
        PASSING,
        r"(sync|synchroni[sz]ation|push|export|import|request)\b[^.;]{0,40}",
        r"(sync|synchroni[sz]ation|push|export|import|request|job)\b[^.;]{0,40}",
        (f"{OF_PASSING}::test_what_has_to_be_corrected_does_not_wait",),
    ),
    Safeguard(
        "faults: a record that a program did not find in QuickBooks is not waited for because it answers 502",
        SENTENCES,
        "PASSED_ON = OPEN | {412, 423, 424, 502, 503}",
        "PASSED_ON = OPEN",
        (f"{OF_OTHER_WORDS}::test_a_program_tells_what_is_missing_whatever_status_it_gives",),
    ),
    Safeguard(
        "faults: what a program says must not be sent again is not, whatever passes besides",
        "qbo/faults/rules.py",
        "candidate.failure in passing.PASSES and passing.forbids_a_retry(evidence)",
        "False",
        (f"{OF_PASSING}::test_what_must_not_be_sent_again_does_not_wait",),
    ),
    Safeguard(
        "faults: what goes again by itself once somebody has corrected it is not waited for",
        PASSING,
        "        not_text=CORRECTED_FIRST,\n",
        "",
        (f"{OF_PASSING}::test_what_has_to_be_corrected_does_not_wait",),
    ),
    Safeguard(
        "faults: a deleted customer who is called after a time-out is not waited for",
        CONNECTION,
        "        not_text=transport_words.IS_GONE,\n",
        "",
        (f"{OF_PASSING}::test_what_has_to_be_corrected_does_not_wait",),
    ),
)
