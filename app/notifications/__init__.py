"""What people are told: in the product at once, by e-mail where SMTP is set.

Whatever changes something that concerns somebody says so in the same transaction:

    notifications.tell(db, [account.id], "assigned", f"/cases/{case.id}", {"case": case.number, "by": by.name})
"""

from app.notifications.kinds import KINDS
from app.notifications.telling import supervisors_of, tell, tell_asker, tell_stopped

__all__ = ["KINDS", "supervisors_of", "tell", "tell_asker", "tell_stopped"]
