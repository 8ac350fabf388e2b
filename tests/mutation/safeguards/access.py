"""One organization's rows and no others, what each role may do, and what is hidden from support; data."""

from tests.mutation.safeguard import Safeguard

EVENTS = "sync/models/events.py"
ADMIN_SCOPE = "runacall/organizations/admin_scope.py"
TEAM = "runacall/organizations/team.py"
REDACTION = "qbo/redaction.py"
OF_SCOPE = "tests/runacall/test_scope.py"
OF_TEAM = "tests/runacall/test_team.py"
OF_LOG = "tests/sync/test_scope_of_log.py"
OF_REDACTION = "tests/qbo/test_redaction.py"
OF_BUNDLE = "tests/sync/test_support_bundle.py"

OF_QUESTIONS = "tests/journeys/test_accountant.py"
ASKING = "sync/closed_period/asking.py"

SAFEGUARDS = (
    Safeguard(
        "saved views: the whole shop's are changed by who manages QuickBooks",
        "sync/log/saved_views.py",
        "return role_allows(request, viewed.ability) and (not is_shared or role_allows(request, SHARES))",
        "return role_allows(request, viewed.ability)",
        ("tests/sync/test_saved_views.py::test_who_writes_invoices_keeps_views_of_them_and_leaves_the_shops_alone",),
    ),
    Safeguard(
        "the accountant's link: answered once, and not after its time",
        ASKING,
        "if stored.state(at=at) != QuestionState.WAITING:",
        "if False:",
        (f"{OF_QUESTIONS}::test_a_link_is_used_once",),
    ),
    Safeguard(
        "the accountant's link: only the very question",
        ASKING,
        "filter(pk=pk, key=key).first()",
        "filter(key=key).first()",
        (f"{OF_QUESTIONS}::test_an_altered_link_opens_nothing",),
    ),
    Safeguard(
        "the accountant's link: expired or revoked, it shows nothing",
        "sync/pages/accountant.py",
        "if state in (QuestionState.REVOKED, QuestionState.EXPIRED):",
        "if False:",
        (
            f"{OF_QUESTIONS}::test_an_expired_link_says_so_and_does_nothing",
            f"{OF_QUESTIONS}::test_a_revoked_link_says_so_and_does_nothing",
        ),
    ),
    Safeguard(
        "the accountant's answer: what changed since is left alone",
        ASKING,
        "closed = [event.pk for event in asked if is_in_closed_period(event)]\n    return log.filter(pk__in=closed)",
        "return question.events.all()",
        (f"{OF_QUESTIONS}::test_what_changed_since_is_left_alone",),
    ),
    Safeguard(
        "the accountant's link: not in the list of support visits",
        "sync/log/support_looks.py",
        '"healthz", "accountant"}',
        '"healthz"}',
        (f"{OF_QUESTIONS}::test_support_sees_the_question_but_no_link_and_leaves_none_in_the_visits",),
    ),
    Safeguard(
        "questions are one organization's",
        "sync/models/questions.py",
        "return self.filter(organization=organization) if organization else self.none()",
        "return self.all()",
        (f"{OF_QUESTIONS}::test_another_shop_sees_neither_question_nor_link",),
    ),
    Safeguard(
        "scope: rows of the business are one organization's",
        "runacall/organizations/scope.py",
        "return self.filter(organization=organization) if organization else self.none()",
        "return self.all()",
        (f"{OF_SCOPE}::test_lists_show_none_of_theirs", f"{OF_SCOPE}::test_every_page_of_their_row_answers_404"),
    ),
    Safeguard(
        "scope: events of the log are one organization's",
        EVENTS,
        "return self.filter(organization=organization, realm_id=realm_id or models.Subquery(now))",
        "return self.all()",
        (
            f"{OF_LOG}::TestAnotherOrganization::test_is_in_no_list_chip_card_filter_or_fragment",
            f"{OF_LOG}::TestAnotherOrganization::test_answers_404_for_each_action",
        ),
    ),
    Safeguard(
        "scope: so are those of the companies it had before",
        EVENTS,
        "return self.filter(organization=organization) if organization else self.none()",
        "return self.all()",
        (f"{OF_LOG}::TestAnotherOrganization::test_answers_404_for_each_page",),
    ),
    Safeguard(
        "scope: the admin asks for the organization's rows",
        ADMIN_SCOPE,
        "return rows & scoped_rows(self.model, request)",
        "return rows",
        (f"{OF_SCOPE}::test_every_page_of_their_row_answers_404",),
    ),
    Safeguard(
        "scope: drop-downs and what is posted to them",
        ADMIN_SCOPE,
        """, request))
        return _without_impossible_ids(super().formfield_for_foreignkey(""",
        """, request) and None)
        return _without_impossible_ids(super().formfield_for_foreignkey(""",
        (f"{OF_SCOPE}::test_their_ids_posted_by_hand_are_refused",),
    ),
    Safeguard(
        "scope: nobody works in an organization without a place in it",
        "runacall/organizations/middleware.py",
        "if user.is_superuser and (visited",
        "if (visited",
        (f"{OF_SCOPE}::test_nobody_switches_to_a_strangers_organization",),
    ),
    Safeguard(
        "roles: a superuser reads and does not act",
        "runacall/organizations/access.py",
        "return request.membership is not None and ability is not None and request.membership.can(ability)",
        "return ability is not None and (request.membership is None or request.membership.can(ability))",
        (f"{OF_SCOPE}::test_a_superuser_reads_and_changes_nothing",),
    ),
    Safeguard(
        "roles: the log and the settings are for Owner and Admin",
        "runacall/organizations/roles.py",
        "Role.DISPATCHER: _DISPATCHER,",
        "Role.DISPATCHER: _OFFICE,",
        (f"{OF_LOG}::TestRoles::test_log_and_settings_are_for_owner_and_admin",),
    ),
    Safeguard(
        "roles: only an Owner makes an Owner",
        TEAM,
        "return [role for role in Role if role != Role.OWNER]",
        "return list(Role)",
        (f"{OF_TEAM}::test_an_admin_neither_makes_nor_unmakes_owners",),
    ),
    Safeguard(
        "roles: an organization keeps an Owner",
        TEAM,
        "if membership.is_last_owner():",
        "if False:",
        (f"{OF_TEAM}::test_the_last_owner_stays_by_any_road",),
    ),
    Safeguard(
        "redaction: a secret goes by the name of its field",
        REDACTION,
        "if SECRET_FIELDS.search(key) and key not in NO_SECRETS:",
        "if False:",
        (f"{OF_REDACTION}::TestFields::test_a_secret_goes_by_its_field",),
    ),
    Safeguard(
        "redaction: a token in a text goes by its look",
        REDACTION,
        "return match[0] if match[0] in self._kept else shown",
        "return match[0]",
        (f"{OF_REDACTION}::TestTexts::test_patterns",),
    ),
    Safeguard(
        "redaction: what customers are called leaves every text",
        REDACTION,
        "text = self._known.hide(text)",
        "pass",
        (f"{OF_REDACTION}::TestTexts::test_a_known_text_is_found_in_any_dress",),
    ),
    Safeguard(
        "redaction: personal fields of a payload are hidden",
        REDACTION,
        'holds = inside or PERSONAL_FIELDS.get(key, "")',
        "holds = inside",
        (f"{OF_REDACTION}::TestFields::test_a_customer_keeps_its_id_and_the_shape_of_its_fields",),
    ),
    Safeguard(
        "redaction: our own keys are in no bundle",
        "sync/log/personal_data.py",
        "for text in ours | theirs if len(text) >= 8",
        "for text in theirs if len(text) >= 8",
        (f"{OF_BUNDLE}::test_our_own_keys_are_in_no_bundle",),
    ),
)
