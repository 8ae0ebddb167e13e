"""What can go wrong with a back-up, in words an operator can act on."""


class BackupError(Exception):
    """Nothing was changed; ``str()`` says what is wrong and what to do."""


class BadArchive(BackupError):
    """The archive is not whole, or not what its manifest says."""


class TargetInUse(BackupError):
    """The installation to restore into holds records, or runs."""


class ChangedMeanwhile(BackupError):
    """A record and its object were removed while the objects were being copied."""
