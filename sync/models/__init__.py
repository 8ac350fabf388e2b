"""Events, submissions and attempts, and the record of what people did."""

from sync.models.attempts import Attempt
from sync.models.audit import ActionRecord, Heartbeat, SupportLook
from sync.models.dry_runs import DryRun
from sync.models.events import State, SyncEvent
from sync.models.inbound import ChangeCursor, Notice, TieOut, TwoPayments, Untaken
from sync.models.questions import Answer, Guest, Question, QuestionState
from sync.models.saved_views import SavedView
from sync.models.submissions import Submission
from sync.models.tallies import Tally
from sync.models.telling import Letter, ToldCause, Wish

__all__ = [
    "ActionRecord",
    "Answer",
    "Attempt",
    "ChangeCursor",
    "DryRun",
    "Guest",
    "Heartbeat",
    "Letter",
    "Notice",
    "Question",
    "QuestionState",
    "SavedView",
    "State",
    "Submission",
    "SupportLook",
    "SyncEvent",
    "Tally",
    "TieOut",
    "ToldCause",
    "TwoPayments",
    "Untaken",
    "Wish",
]
