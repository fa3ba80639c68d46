"""Every door: its method, its URL name, and the status that it answers with, to whom.

A line is `METHOD name/object  anyone operator finance admin user  colleague admin2 user2`. The
object stands in the address; where it is one of `ours`, the last three knock too: a user of the
same department, and admin and user of another one. "in" is the way to the sign-in page. POST
comes with an empty body.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from smsportal.tests import doors_of_account_life, doors_of_money
from smsportal.tests.world import World

WHO = ("anyone", "operator", "finance", "admin", "user", "colleague", "admin2", "user2")

# What stands in an address that is not one `uid`.
NOT_OURS: dict[str, Callable[[World], dict[str, Any]]] = {
    **doors_of_money.NOT_OURS,
    "token": lambda world: {"token": world.token},
    "old-link": lambda world: {"uidb36": "1", "key": "abc"},
    "csv": lambda world: {"kind": "csv"},
}
OURS: dict[str, Callable[[World], dict[str, Any]]] = {
    "code": lambda world: {"uid": world.ours.uid, "pk": world.code.pk},
    # Whoever has one of these addresses has been sent it.
    "secret": lambda world: {"secret": world.secret},
    "renewal-link": lambda world: {"token": world.renewal_link},
    "passkey": lambda world: {"pk": world.passkey.pk},
    **doors_of_money.OURS,
}


@dataclass(frozen=True)
class Door:
    method: str
    key: str  # the URL name, then what stands in the address
    answers: dict[str, str]

    @property
    def name(self) -> str:
        return self.key.partition("/")[0]

    @property
    def wing(self) -> str:
        return self.name.rpartition(":")[0] or "portal"

    @property
    def names_ours(self) -> bool:
        thing = self.key.partition("/")[2]
        return bool(thing) and thing not in NOT_OURS

    def kwargs(self, world: World) -> dict[str, Any]:
        thing = self.key.partition("/")[2]
        if not thing:
            return {}
        if special := {**NOT_OURS, **OURS}.get(thing):
            return special(world)
        return {"uid": getattr(world, thing).uid}


def read(table: str) -> list[Door]:
    lines = [line.split() for line in table.splitlines() if line.strip() and line[0] != "#"]
    return [
        Door(method, key, dict(zip(WHO, answers, strict=False))) for method, key, *answers in lines
    ]


DOORS = read(
    """
GET  home                                        in  302 302 302 302
POST home                                        in  302 302 302 302
POST appearance                                  302 302 302 302 302

GET  departments:list                            in  200 403 403 403
GET  departments:edit/ours                       in  200 403 403 403  403 403 403
POST departments:edit/ours                       in  422 403 403 403  403 403 403
POST departments:freeze/ours                     in  422 403 403 403  403 403 403
POST departments:unfreeze/ours                   in  302 403 403 403  403 403 403
GET  departments:close/ours                      in  200 403 403 403  403 403 403
POST departments:close/ours                      in  302 403 403 403  403 403 403
POST departments:reopen/ours                     in  422 403 403 403  403 403 403
POST departments:take_back/code                  in  302 403 403 403  403 403 403
GET  opening:new                                 in  200 403 403 403
POST opening:new                                 in  422 403 403 403
GET  activity:list                               in  200 403 200 403
GET  activity:csv                                in  200 403 200 403

GET  people:users                                in  403 403 200 403
GET  people:user_add                             in  403 403 200 403
POST people:user_add                             in  403 403 422 403
GET  people:user_import                          in  403 403 200 403
POST people:user_import                          in  403 403 422 403
GET  people:user_import_check                    in  403 403 302 403
POST people:user_import_check                    in  403 403 302 403
GET  people:user_import_template                 in  403 403 200 403
GET  people:user_edit/user                       in  200 403 200 403  403 404 403
POST people:user_edit/user                       in  422 403 422 403  403 404 403
GET  people:user_delete/user                     in  200 403 200 403  403 404 403
POST people:user_delete/user                     in  422 403 422 403  403 404 403
POST people:user_restore/leaver                  in  302 403 302 403  403 404 403
POST people:user_invite/invited                  in  302 403 302 403  403 404 403
GET  people:user_reset/user                      in  200 403 200 403  403 404 403
POST people:user_reset/user                      in  422 403 422 403  403 404 403
# An administrator sees the others and changes the own details; the messaging team keeps them.
GET  people:admins                               in  403 403 200 403
GET  people:admin_edit/admin                     in  200 403 200 403  403 404 403
POST people:admin_edit/admin                     in  422 403 422 403  403 404 403
GET  people:admin_delete/admin                   in  200 403 403 403  403 403 403
POST people:admin_delete/admin                   in  302 403 403 403  403 403 403
POST people:admin_restore/admin_leaver           in  302 403 403 403  403 403 403
POST people:admin_invite/admin                   in  422 403 403 403  403 403 403
GET  people:admin_reset/admin                    in  200 403 403 403  403 403 403
POST people:admin_reset/admin                    in  422 403 403 403  403 403 403
GET  people:department_people/ours               in  200 403 403 403  403 403 403
GET  people:department_user_add/ours             in  200 403 403 403  403 403 403
POST people:department_user_add/ours             in  422 403 403 403  403 403 403
GET  people:department_admin_add/ours            in  200 403 403 403  403 403 403
POST people:department_admin_add/ours            in  422 403 403 403  403 403 403
GET  people:profile                              in  200 200 200 200
POST people:profile_mobile                       in  302 302 302 302
POST people:profile_sessions                     in  302 302 302 302
POST people:profile_app_password_make            in  403 403 403 422
POST people:profile_app_password_revoke/app_password  in  403 403 403 302  404 403 404
GET  relay:settings                              in  403 403 403 200
POST relay:settings                              in  403 403 403 422
GET  people:second_step                          in  200 200 200 200
GET  people:switch                               in  404 404 200 200
POST people:switch                               in  404 404 302 302
GET  people:invitation/token                     200 200 200 200 200
POST people:invitation/token                     422 422 422 422 422

GET  account_login                               200 302 302 302 302
POST account_login                               200 302 302 302 302
GET  account_logout                              302 200 200 200 200
POST account_logout                              302 302 302 302 302
GET  account_inactive                            200 200 200 200 200
GET  account_reauthenticate                      in  200 200 200 200
POST account_reauthenticate                      in  200 200 200 200
GET  account_change_password                     in  200 200 200 200
POST account_change_password                     in  200 200 200 200
GET  account_reset_password                      200 200 200 200 200
POST account_reset_password                      200 200 200 200 200
GET  account_reset_password_done                 200 200 200 200 200
GET  account_reset_password_from_key/old-link    200 200 200 200 200
POST account_reset_password_from_key/old-link    200 200 200 200 200
GET  account_reset_password_from_key_done        200 200 200 200 200
# allauth asks for these names; the portal offers no such pages.
GET  account_signup                              404 404 404 404 404
POST account_signup                              404 404 404 404 404
GET  account_email                               404 404 404 404 404
POST account_email                               404 404 404 404 404
GET  account_email_verification_sent             404 404 404 404 404
POST account_email_verification_sent             404 404 404 404 404
GET  account_set_password                        404 404 404 404 404
POST account_set_password                        404 404 404 404 404
GET  account_confirm_login_code                  404 404 404 404 404
POST account_confirm_login_code                  404 404 404 404 404
# These two show what My profile has, so they lead there.
GET  mfa_index                                   302 302 302 302 302
POST mfa_index                                   302 302 302 302 302
GET  usersessions_list                           302 302 302 302 302
POST usersessions_list                           302 302 302 302 302
GET  mfa_authenticate                            in  302 302 302 302
POST mfa_authenticate                            in  302 302 302 302
GET  mfa_reauthenticate                          in  302 302 302 302
POST mfa_reauthenticate                          in  302 302 302 302
GET  mfa_activate_totp                           in  200 200 200 200
POST mfa_activate_totp                           in  200 200 200 200
GET  mfa_deactivate_totp                         in  404 404 404 404
POST mfa_deactivate_totp                         in  404 404 404 404
GET  mfa_view_recovery_codes                     in  404 404 404 404
GET  mfa_generate_recovery_codes                 in  200 200 200 200
POST mfa_generate_recovery_codes                 in  200 200 200 200
GET  mfa_download_recovery_codes                 in  404 404 404 404
POST mfa_download_recovery_codes                 in  404 404 404 404
GET  mfa_list_webauthn                           in  200 200 200 200
GET  mfa_add_webauthn                            in  200 200 200 200
POST mfa_add_webauthn                            in  200 200 200 200
GET  mfa_reauthenticate_webauthn                 in  302 302 302 302
POST mfa_reauthenticate_webauthn                 in  302 302 302 302
# The passkey is the colleague's.
GET  mfa_remove_webauthn/passkey                 in  404 404 404 404  200 404 404
POST mfa_remove_webauthn/passkey                 in  404 404 404 404  302 404 404
GET  mfa_edit_webauthn/passkey                   in  404 404 404 404  200 404 404
POST mfa_edit_webauthn/passkey                   in  404 404 404 404  200 404 404
GET  mfa_login_webauthn                          in  302 302 302 302
POST mfa_login_webauthn                          in  302 302 302 302

GET  contacts:list                               in  403 403 200 200
GET  contacts:add                                in  403 403 200 200
POST contacts:add                                in  403 403 422 422
POST contacts:bulk                               in  403 403 404 404
POST contacts:restore                            in  403 403 404 404
GET  contacts:export/csv                         in  403 403 200 200
GET  contacts:duplicates                         in  403 403 200 200
POST contacts:merge                              in  403 403 404 404
GET  contacts:edit/contact                       in  403 403 200 404  404 404 404
POST contacts:edit/contact                       in  403 403 422 404  404 404 404
GET  contacts:edit/own_contact                   in  403 403 404 200  404 404 404
POST contacts:edit/own_contact                   in  403 403 404 422  404 404 404
POST contacts:delete/contact                     in  403 403 302 404  404 404 404
POST contacts:delete/own_contact                 in  403 403 404 302  404 404 404
GET  contacts:groups                             in  403 403 200 200
GET  contacts:group_add                          in  403 403 200 200
POST contacts:group_add                          in  403 403 422 422
GET  contacts:group/group                        in  403 403 200 200  200 404 404
GET  contacts:group/own_group                    in  403 403 404 200  404 404 404
GET  contacts:group_rename/group                 in  403 403 200 404  404 404 404
POST contacts:group_rename/group                 in  403 403 422 404  404 404 404
GET  contacts:group_rename/own_group             in  403 403 404 200  404 404 404
POST contacts:group_rename/own_group             in  403 403 404 422  404 404 404
POST contacts:group_delete/group                 in  403 403 302 404  404 404 404
POST contacts:group_delete/own_group             in  403 403 404 302  404 404 404
POST contacts:group_restore/group                in  403 403 302 404  404 404 404
POST contacts:group_restore/own_group            in  403 403 404 302  404 404 404

GET  imports:start                               in  403 403 200 200
POST imports:start                               in  403 403 422 422
GET  imports:template                            in  403 403 200 200
GET  imports:show/import                         in  403 403 302 404  404 404 404
GET  imports:show/own_import                     in  403 403 404 302  404 404 404
GET  imports:columns/import                      in  403 403 200 404  404 404 404
POST imports:columns/import                      in  403 403 422 404  404 404 404
GET  imports:columns/own_import                  in  403 403 404 200  404 404 404
POST imports:columns/own_import                  in  403 403 404 422  404 404 404
GET  imports:groups/import                       in  403 403 200 404  404 404 404
POST imports:groups/import                       in  403 403 302 404  404 404 404
GET  imports:groups/own_import                   in  403 403 404 200  404 404 404
POST imports:groups/own_import                   in  403 403 404 302  404 404 404
GET  imports:check/import                        in  403 403 302 404  404 404 404
POST imports:check/import                        in  403 403 302 404  404 404 404
GET  imports:check/own_import                    in  403 403 404 302  404 404 404
POST imports:check/own_import                    in  403 403 404 302  404 404 404
GET  imports:bad_rows/import                     in  403 403 200 404  404 404 404
GET  imports:bad_rows/own_import                 in  403 403 404 200  404 404 404
POST imports:undo/import                         in  403 403 302 404  404 404 404
POST imports:undo/own_import                     in  403 403 404 302  404 404 404
POST imports:cancel/import                       in  403 403 302 404  404 404 404
POST imports:cancel/own_import                   in  403 403 404 302  404 404 404

# A user reads the list. One for everywhere is the messaging team's, and it sees no department's.
GET  optouts:list                                in  200 403 200 200
GET  optouts:csv                                 in  200 403 200 200
GET  optouts:add                                 in  200 403 200 403
POST optouts:add                                 in  422 403 422 403
GET  optouts:lift/opt_out                        in  404 403 200 403  403 404 403
POST optouts:lift/opt_out                        in  404 403 422 403  403 404 403
GET  optouts:lift/opt_out_everywhere             in  200 403 403 403  403 403 403
POST optouts:lift/opt_out_everywhere             in  422 403 403 403  403 403 403

GET  wording:list                                in  403 403 200 200
GET  wording:add                                 in  403 403 200 200
POST wording:add                                 in  403 403 422 422
POST wording:starter_pack                        in  403 403 302 403
# A user tries a global template with own examples; saving it is refused by the service.
GET  wording:edit/template                       in  403 403 200 200  200 404 404
POST wording:edit/template                       in  403 403 422 422  422 404 404
GET  wording:edit/own_template                   in  403 403 404 200  404 404 404
POST wording:edit/own_template                   in  403 403 404 422  404 404 404
POST wording:archive/template                    in  403 403 302 403  403 404 404
POST wording:archive/own_template                in  403 403 404 302  404 404 404
POST wording:restore/template                    in  403 403 302 403  403 404 404
POST wording:restore/own_template                in  403 403 404 302  404 404 404

GET  compose:new                                 in  403 403 403 200
GET  compose:draft/draft                         in  403 403 403 200  404 403 404
POST compose:draft/draft                         in  403 403 403 302  404 403 404
GET  compose:check/draft                         in  403 403 403 200  404 403 404
POST compose:check/draft                         in  403 403 403 422  404 403 404
GET  compose:import/draft                        in  403 403 403 200  404 403 404
POST compose:import/draft                        in  403 403 403 302  404 403 404
POST compose:again/held                          in  403 403 403 302  404 403 404
POST compose:edit/scheduled                      in  403 403 403 302  404 403 404

# A department's administrator reads what repeats, and changes nothing of it.
GET  repeats:check/repeating_draft               in  403 403 403 200  404 403 404
POST repeats:check/repeating_draft               in  403 403 403 422  404 403 404
GET  repeats:list                                in  403 403 200 200
GET  repeats:repeat/repeat                       in  403 403 200 200  404 404 404
POST repeats:leave_out/repeat                    in  403 403 403 302  404 403 404
POST repeats:pause/repeat                        in  403 403 403 302  404 403 404
POST repeats:resume/paused_repeat                in  403 403 403 302  404 403 404
POST repeats:end/repeat                          in  403 403 403 302  404 403 404
POST repeats:change/repeat                       in  403 403 403 302  404 403 404
POST repeats:again/repeat                        in  403 403 403 302  404 403 404

GET  history:list                                in  403 403 200 200
GET  history:replies                             in  403 403 403 200
GET  history:batch/held                          in  403 403 200 200  404 404 404
GET  history:csv/held                            in  403 403 200 200  404 404 404
POST history:undo/held                           in  403 403 403 302  404 403 404
POST history:send_now/held                       in  403 403 403 302  404 403 404
POST history:cancel/scheduled                    in  403 403 403 302  404 403 404
POST history:pause/running                       in  403 403 403 302  404 403 404
POST history:resume/running                      in  403 403 403 302  404 403 404
POST history:stop/running                        in  403 403 403 302  404 403 404

GET  operations:to_decide                        in  200 403 403 403
# None of these has a text in doubt: nothing is left to decide.
GET  operations:to_decide_texts/running          in  200 403 403 403  403 403 403
GET  operations:decide                           in  302 403 403 403
POST operations:decide                           in  302 403 403 403
GET  operations:troubles                         in  200 403 403 403
GET  operations:stop_everything                  in  200 403 403 403
POST operations:stop_everything                  in  422 403 403 403
POST operations:start_again                      in  302 403 403 403

GET  operations:carriers                         in  200 403 403 403
GET  operations:carrier_add                      in  200 403 403 403
POST operations:carrier_add                      in  422 403 403 403
GET  operations:carrier_routes                   in  200 403 403 403
GET  operations:carrier_route_add                in  200 403 403 403
POST operations:carrier_route_add                in  422 403 403 403
GET  operations:carrier_route/route              in  200 403 403 403  403 403 403
POST operations:carrier_route/route              in  422 403 403 403  403 403 403
POST operations:carrier_route_move/route         in  302 403 403 403  403 403 403
POST operations:carrier_route_remove/route       in  302 403 403 403  403 403 403
GET  operations:carrier/carrier                  in  200 403 403 403  403 403 403
POST operations:carrier/carrier                  in  422 403 403 403  403 403 403
GET  operations:carrier_test/carrier             in  200 403 403 403  403 403 403
POST operations:carrier_test/carrier             in  422 403 403 403  403 403 403
POST operations:carrier_pause/carrier            in  302 403 403 403  403 403 403
POST operations:carrier_resume/carrier           in  302 403 403 403  403 403 403
POST operations:carrier_off/carrier              in  302 403 403 403  403 403 403
POST operations:carrier_on/carrier               in  302 403 403 403  403 403 403
# It has brought a reply, so it cannot be removed.
POST operations:carrier_remove/carrier           in  422 403 403 403  403 403 403
# For carriers alone: whoever is signed in proves nothing by it.
GET  operations:carrier_report/caller            403 403 403 403 403  403 403 403
POST operations:carrier_report/caller            403 403 403 403 403  403 403 403
GET  operations:carrier_text/caller              403 403 403 403 403  403 403 403
POST operations:carrier_text/caller              403 403 403 403 403  403 403 403

GET  renting:numbers                             in  200 403 403 403
GET  renting:rent                                in  200 403 403 403
POST renting:rent                                in  422 403 403 403
GET  renting:release/rented                      in  200 403 403 403  403 403 403
POST renting:release/rented                      in  302 403 403 403  403 403 403
GET  renting:keywords                            in  200 403 403 403
GET  renting:give                                in  200 403 403 403
POST renting:give                                in  422 403 403 403
GET  renting:take_back/keyword                   in  200 403 403 403  403 403 403
POST renting:take_back/keyword                   in  302 403 403 403  403 403 403

GET  keywords:list                               in  403 403 200 403
GET  keywords:edit/keyword                       in  403 403 200 403  403 404 403
POST keywords:edit/keyword                       in  403 403 302 403  403 404 403
# The user is one of its readers; the colleague is not.
GET  sorting:texts                               in  403 403 200 200
GET  sorting:texts_csv                           in  403 403 200 200
POST sorting:text_no_more/keyword_text           in  403 403 302 302  404 404 404
POST sorting:text_else/keyword_text              in  403 403 302 302  404 404 404
GET  sorting:unmatched                           in  200 403 403 403
GET  sorting:unmatched_assign/unmatched          in  200 403 403 403  403 403 403
POST sorting:unmatched_assign/unmatched          in  422 403 403 403  403 403 403
POST sorting:unmatched_dismiss/unmatched         in  302 403 403 403  403 403 403
# A text that its keyword had from the beginning is not the messaging team's to read.
GET  sorting:unmatched_assign/keyword_text       in  404 403 403 403  403 403 403
GET  twoway:list                                 in  403 403 403 200
GET  twoway:thread/talk                          in  403 403 403 200  404 403 404
POST twoway:thread/talk                          in  403 403 403 422  404 403 404
POST twoway:done/talk                            in  403 403 403 302  404 403 404
POST twoway:reopen/talk                          in  403 403 403 302  404 403 404
POST twoway:note/talk                            in  403 403 403 422  404 403 404
POST twoway:no_more/talk                         in  403 403 403 404  404 403 404
POST twoway:something_else/talk                  in  403 403 403 404  404 403 404
POST twoway:correct                              in  403 403 403 404
GET  twoway:of_text/heard                        in  403 403 403 302  404 403 404
GET  twoway:follow_up/asked                      in  403 403 403 200  404 403 404
GET  twoway:saved                                in  403 403 403 200
POST twoway:saved                                in  403 403 403 422
GET  twoway:saved_edit/saved_answer              in  403 403 403 200  404 403 404
POST twoway:saved_edit/saved_answer              in  403 403 403 422  404 403 404
POST twoway:saved_delete/saved_answer            in  403 403 403 302  404 403 404
GET  twoway:number                               in  403 403 403 200
POST twoway:number                               in  403 403 403 302
GET  twoway:one_number/rented                    in  403 403 403 200  404 403 404
POST twoway:one_number/rented                    in  403 403 403 302  404 403 404

GET  demo:handsets                               404 404 404 404 404
POST demo:reply                                  404 404 404 404 404
GET  demo:faults                                 404 404 404 404 404
POST demo:faults                                 404 404 404 404 404
GET  demo:mail                                   404 404 404 404 404
"""
    + doors_of_account_life.TABLE
    + doors_of_money.TABLE
)

# The same doors again, within the demo.
DEMO_DOORS = read("""
GET  demo:handsets                               in  200 200 200 200
POST demo:reply                                  in  422 422 422 422
GET  demo:faults                                 in  200 200 200 200
POST demo:faults                                 in  302 302 302 302
GET  demo:mail                                   in  200 200 200 200
""")
