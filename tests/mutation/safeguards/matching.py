"""Which record of QuickBooks one of ours is: what a person's choice may not do, and what it must; data."""

from tests.mutation.safeguard import Safeguard

CHOOSING = "sync/matching/choosing.py"
MATCHING = "qbo/mapping/matching.py"
PAGES = "sync/pages/matching.py"
JOURNEYS = "tests/journeys/test_matching_pages.py"

PRICES = "tests/qbo/test_prices.py"

SAFEGUARDS = (
    Safeguard(
        "prices: what was noted of a price is taken back when ours changes",
        "sync/receivers.py",
        "if connection and isinstance(record, PricebookItem):",
        "if connection is None and isinstance(record, PricebookItem):",
        (f"{PRICES}::test_our_own_change_takes_the_note_back",),
    ),
    Safeguard(
        "prices: what was noted of a product is not said of another",
        "qbo/models/links.py",
        'return super().update(**values, **({"same_price": None} if "qbo_id" in values else {}))',
        "return super().update(**values)",
        (f"{PRICES}::test_another_product_there_takes_the_note_back",),
    ),
    Safeguard(
        "prices: what is noted was read under the lock",
        "qbo/mapping/prices.py",
        '    found = _comparisons(links.order_by("pk").select_for_update(), theirs)',
        '    found = {pk: (None, True) for pk in links.values_list("pk", flat=True)}',
        (f"{PRICES}::test_a_price_that_is_changed_while_a_list_is_compared_is_seen",),
    ),
    Safeguard(
        "a choice: not while something of the record is on its way",
        CHOOSING,
        "if own.exists() or rows.filter(",
        "if False and rows.filter(",
        (f"{JOURNEYS}::test_nothing_is_chosen_while_something_of_it_is_on_its_way",),
    ),
    Safeguard(
        "a choice: not one that another record of ours has",
        CHOOSING,
        "        if holder != subject.record_id:",
        "        if holder == subject.record_id and called:",
        (f"{JOURNEYS}::test_one_that_another_of_ours_has_is_not_taken",),
    ),
    Safeguard(
        "a choice: not for another company than the page showed",
        CHOOSING,
        "if now.realm_id != subject.connection.realm_id:",
        "if now.realm_id == '':",
        (f"{JOURNEYS}::test_a_choice_is_for_the_company_that_the_page_showed",),
    ),
    Safeguard(
        "a choice: not undone once an invoice went with it",
        CHOOSING,
        "    if used:\n",
        "    if used and False:\n",
        (f"{JOURNEYS}::test_a_choice_cannot_be_undone_behind_the_page",),
    ),
    Safeguard(
        "a choice: the link of before comes back whole",
        CHOOSING,
        'KEPT = ("qbo_id", "sync_token", "active", "created_here", "base", "theirs")',
        'KEPT = ("qbo_id", "sync_token", "active", "created_here", "theirs")',
        (f"{JOURNEYS}::test_undoing_brings_the_match_of_before_back",),
    ),
    Safeguard(
        "matching: what a person refused is not linked",
        MATCHING,
        "return held.get(qbo_id, record_id) == record_id and qbo_id not in mine.refused",
        "return held.get(qbo_id, record_id) == record_id",
        (f"{JOURNEYS}::test_not_this_one_is_neither_guessed_nor_linked",),
    ),
    Safeguard(
        "matching: who refused a record is no rival for it",
        MATCHING,
        "return _among(customer, free, [rival for rival in rivals if ruled.get(rival.id, Ruled()).allows(ids)])",
        "return _among(customer, free, rivals)",
        (f"{JOURNEYS}::test_not_this_one_leaves_it_to_the_other_of_the_name",),
    ),
    Safeguard(
        "matching: only guesses of the chosen score are accepted",
        PAGES,
        "for ours, guess in _clear(rows) if guess.score >= int(least)]",
        "for ours, guess in _clear(rows)]",
        (f"{JOURNEYS}::test_all_guesses_of_a_page_are_accepted_from_a_score_on",),
    ),
    Safeguard(
        "matching: a guess that two of ours share is not accepted at once",
        PAGES,
        "if often[guess.there.id] == 1 and is_clear(",
        "if is_clear(",
        (f"{JOURNEYS}::test_all_guesses_of_a_page_are_accepted_from_a_score_on",),
    ),
    Safeguard(
        "loose ends: a link that is deleted leaves one",
        "qbo/models/links.py",
        'LooseEnd.note(self.values_list("connection_id", "realm_id", "record_type", "record_id"))',
        "pass",
        ("tests/qbo/test_loose_ends.py::test_a_link_that_is_deleted_leaves_a_loose_end",),
    ),
    Safeguard(
        "loose ends: what is younger than a day is gone through the next time",
        "qbo/mapping/loose_ends.py",
        "pk__gt=mark.through, pk__lte=mark.until",
        "pk__gt=mark.through",
        ("tests/qbo/test_loose_ends.py::test_what_is_a_day_old_is_left_for_the_next_day",),
    ),
    Safeguard(
        "loose ends: what is gone there counts as missing",
        "qbo/mapping/loose_ends.py",
        "gone = Link.objects.filter(**of, active=False)",
        "gone = Link.objects.filter(**of, active=False, pk=0)",
        ("tests/qbo/test_loose_ends.py::test_what_is_gone_there_is_looked_at",),
    ),
)
