"""The records of the product, one file a family."""

from models.account import Account, AccountRole, LinkPurpose, OneTimeLink, Role, SignInSession
from models.base import Base, EyePair, utc_now
from models.job import Job, JobKind, JobState, Worker
from models.likeness import Likeness
from models.sketch import Sketch, fold

__all__ = [
    "Account",
    "AccountRole",
    "Base",
    "EyePair",
    "Job",
    "JobKind",
    "JobState",
    "Likeness",
    "LinkPurpose",
    "OneTimeLink",
    "Role",
    "SignInSession",
    "Sketch",
    "Worker",
    "fold",
    "utc_now",
]
