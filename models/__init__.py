"""The records of the product, one file a family."""

from models.account import Account, AccountRole, LinkPurpose, OneTimeLink, Role, SignInSession
from models.base import Base, EyePair, utc_now
from models.job import Job, JobKind, JobState, Worker
from models.likeness import Likeness
from models.request import IdempotentRequest
from models.sketch import Sketch, fold
from models.token import AccessToken, Scope
from models.unit import AccountUnit, Unit

__all__ = [
    "AccessToken",
    "Account",
    "AccountRole",
    "AccountUnit",
    "Base",
    "EyePair",
    "IdempotentRequest",
    "Job",
    "JobKind",
    "JobState",
    "Likeness",
    "LinkPurpose",
    "OneTimeLink",
    "Role",
    "Scope",
    "SignInSession",
    "Sketch",
    "Unit",
    "Worker",
    "fold",
    "utc_now",
]
