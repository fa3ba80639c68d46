"""Questions about requests: which wait, and what a new one collides with."""

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.db.models import Count, Q, QuerySet

from accounts.audit.actors import Actor
from accounts.departments.models import CostCode, Department
from accounts.requests.models import AccountRequest
from accounts.requests.states import TABS

_signer = Signer(salt="accounts.requests")


def secret_of(request: AccountRequest) -> str:
    """What stands in the secret address. Made from our key, so that no table holds it."""
    return _signer.sign(request.uid.hex)


def of_secret(secret: str) -> AccountRequest | None:
    try:
        uid = _signer.unsign(secret)
    except BadSignature:
        return None
    return AccountRequest.objects.filter(uid=uid).first()


def listed(person: Actor, tab: str) -> QuerySet[AccountRequest]:
    """Of that tab: those to be answered oldest first, the others newest first."""
    found = AccountRequest.objects.visible_to(person).filter(state__in=TABS[tab][1])
    return found.order_by("asked_at", "pk") if tab == "open" else found.order_by("-settled_at")


def counts(person: Actor) -> dict[str, int]:
    """How many are under each tab."""
    states = (
        AccountRequest.objects.visible_to(person)
        .values_list("state")
        .annotate(number=Count("pk"))
        .order_by()
    )
    by_state = dict(states)
    return {
        tab: sum(by_state.get(state, 0) for state in states) for tab, (_, states) in TABS.items()
    }


def to_answer_count() -> int:
    return AccountRequest.objects.open().count()


def department_called(name: str) -> Department | None:
    """The open department of that name, if there is one."""
    return Department.objects.filter(name__iexact=name, closed_at__isnull=True).first()


@dataclass(frozen=True)
class Alike:
    """What looks like the same department as a request."""

    departments: list[Department]
    requests: list[AccountRequest]


def alike(request: AccountRequest) -> Alike:
    """Open departments of that name or code, and other open requests for them."""
    coded = CostCode.objects.filter(code=request.code).values("department_id")
    departments = Department.objects.filter(closed_at__isnull=True).exclude(
        pk=request.department_id
    )
    same = Q(name__iexact=request.name) | Q(code=request.code)
    others = AccountRequest.objects.open().exclude(pk=request.pk).filter(same)
    return Alike(
        list(departments.filter(Q(name__iexact=request.name) | Q(pk__in=coded)).order_by("name")),
        list(others.order_by("asked_at")),
    )
