"""Every page of the portal, whose it is, and how one comes to it: for pictures and for axe."""

from smsportal.demo.sights.account_life import ACCOUNT_LIFE
from smsportal.demo.sights.charges import CHARGES
from smsportal.demo.sights.sight import Sight
from smsportal.demo.sights.staff import STAFF
from smsportal.demo.sights.user import USER
from smsportal.demo.sights.ways_in import WAYS_IN

SIGHTS: tuple[Sight, ...] = (*WAYS_IN, *ACCOUNT_LIFE, *USER, *CHARGES, *STAFF)

__all__ = ["SIGHTS", "Sight"]
