"""The records of the product, one file a family."""

from models.account import Account, AccountRole, LinkPurpose, OneTimeLink, Role, SignInSession
from models.agency import Quota, SettingSection
from models.base import Base, EyePair, utc_now
from models.bulletin import Bulletin, BulletinFormat, BulletinPublication
from models.case import (
    Case,
    CaseAssignment,
    CaseCounter,
    CaseNote,
    CaseStatus,
    CaseTag,
    DeletionRequest,
    EmergencyAccess,
    SavedFilter,
    WitnessSession,
)
from models.custody import AGENCY, ANCHORS, NOTHING, ChainKind, CustodyAnchor, CustodyChain, CustodyEntry, Sighting
from models.exchange import CaseExport, CaseImport, ExportFormat, ForeignChain, ImportedAuthor
from models.job import Job, JobKind, JobState, Worker
from models.likeness import Likeness
from models.notice import (
    Category,
    Ended,
    FileUse,
    Notice,
    NoticeDecision,
    NoticeFile,
    NoticeStage,
    Publication,
    PublicationFile,
    searched,
)
from models.notification import Notification
from models.photo import RealPhoto
from models.purge import EndedSlug, Purge
from models.request import IdempotentRequest
from models.retention import ObjectRemoval, Proposal, RetentionPolicy, TipPolicy
from models.sketch import Sketch, fold, spellings, unmarked
from models.tip import EndedTip, Scan, Tip, TipAuthor, TipFile, TipKey, TipKind, TipMessage, TipState
from models.token import AccessToken, Scope
from models.unit import AccountUnit, Unit

__all__ = [
    "AGENCY",
    "ANCHORS",
    "NOTHING",
    "AccessToken",
    "Account",
    "AccountRole",
    "AccountUnit",
    "Base",
    "Bulletin",
    "BulletinFormat",
    "BulletinPublication",
    "Case",
    "CaseAssignment",
    "CaseCounter",
    "CaseExport",
    "CaseImport",
    "CaseNote",
    "CaseStatus",
    "CaseTag",
    "Category",
    "ChainKind",
    "CustodyAnchor",
    "CustodyChain",
    "CustodyEntry",
    "DeletionRequest",
    "EmergencyAccess",
    "Ended",
    "EndedSlug",
    "EndedTip",
    "ExportFormat",
    "EyePair",
    "FileUse",
    "ForeignChain",
    "IdempotentRequest",
    "ImportedAuthor",
    "Job",
    "JobKind",
    "JobState",
    "Likeness",
    "LinkPurpose",
    "Notice",
    "NoticeDecision",
    "NoticeFile",
    "NoticeStage",
    "Notification",
    "ObjectRemoval",
    "OneTimeLink",
    "Proposal",
    "Publication",
    "PublicationFile",
    "Purge",
    "Quota",
    "RealPhoto",
    "RetentionPolicy",
    "Role",
    "SavedFilter",
    "Scan",
    "Scope",
    "SettingSection",
    "Sighting",
    "SignInSession",
    "Sketch",
    "Tip",
    "TipAuthor",
    "TipFile",
    "TipKey",
    "TipKind",
    "TipMessage",
    "TipPolicy",
    "TipState",
    "Unit",
    "WitnessSession",
    "Worker",
    "fold",
    "searched",
    "spellings",
    "unmarked",
    "utc_now",
]
