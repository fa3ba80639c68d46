"""Accounts: their pages under the words of the tabs, and the ways in under /account/."""

from allauth.account import views as account
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.people.views import (
    admins,
    app_passwords,
    invitations,
    leaving,
    many,
    profile,
    switching,
    users,
    ways_in,
)

app_name = "people"

USER, ADMIN = {"role": "user"}, {"role": "admin"}

urlpatterns = [
    path("users/", users.users, name="users"),
    path("users/new/", users.user_add, name="user_add"),
    path("users/leave/", leaving.leave_together, name="users_leave"),
    path("users/import/", many.user_import, name="user_import"),
    path("users/import/check/", many.user_import_check, name="user_import_check"),
    path("users/import/users.csv", many.user_import_template, name="user_import_template"),
    path("users/<uuid:uid>/", users.user_edit, name="user_edit"),
    path("users/<uuid:uid>/delete/", leaving.delete, USER, name="user_delete"),
    path("users/<uuid:uid>/restore/", leaving.restore, USER, name="user_restore"),
    path("users/<uuid:uid>/invite/", leaving.invite, USER, name="user_invite"),
    path("users/<uuid:uid>/reset/", leaving.reset, USER, name="user_reset"),
    path("admins/", admins.admins, name="admins"),
    path("admins/<uuid:uid>/", admins.admin_edit, name="admin_edit"),
    path("admins/<uuid:uid>/delete/", leaving.delete, ADMIN, name="admin_delete"),
    path("admins/<uuid:uid>/restore/", leaving.restore, ADMIN, name="admin_restore"),
    path("admins/<uuid:uid>/invite/", leaving.invite, ADMIN, name="admin_invite"),
    path("admins/<uuid:uid>/reset/", leaving.reset, ADMIN, name="admin_reset"),
    path("departments/<uuid:uid>/people/", admins.department_people, name="department_people"),
    path(
        "departments/<uuid:uid>/people/new/", users.department_user_add, name="department_user_add"
    ),
    path("departments/<uuid:uid>/people/new-admin/", admins.admin_add, name="department_admin_add"),
    path("profile/", profile.profile, name="profile"),
    path("profile/mobile/", profile.mobile, name="profile_mobile"),
    path(
        "profile/app-passwords/",
        app_passwords.make,
        name="profile_app_password_make",
    ),
    path(
        "profile/app-passwords/<uuid:uid>/revoke/",
        app_passwords.revoke,
        name="profile_app_password_revoke",
    ),
    path("profile/sessions/", profile.end_sessions, name="profile_sessions"),
    path("profile/second-step/", profile.second_step, name="second_step"),
    path("switch/", switching.switch, name="switch"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
]

# allauth's pages, by the names that allauth looks for. What the portal does not offer is named
# too, and answers that there is no such page.
sign_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("signup/", ways_in.not_offered, name="account_signup"),
    path("email/", ways_in.not_offered, name="account_email"),
    path("confirm-email/", ways_in.not_offered, name="account_email_verification_sent"),
    path("password/set/", ways_in.not_offered, name="account_set_password"),
    path("login/code/confirm/", ways_in.not_offered, name="account_confirm_login_code"),
    path("2fa/", RedirectView.as_view(pattern_name="people:profile"), name="mfa_index"),
    path("2fa/", include("allauth.mfa.urls")),
    path(
        "sessions/", RedirectView.as_view(pattern_name="people:profile"), name="usersessions_list"
    ),
]
