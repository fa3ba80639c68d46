"""What can be asked for on the activity page: groups of verbs, by the word before the dot."""

# key: (words, the beginnings of the verbs)
GROUPS = {
    "sign_in": ("Signing in", ("signin.", "password.", "sessions.")),
    "accounts": ("Accounts", ("users.", "admins.", "staff.")),
    "departments": ("Departments", ("departments.",)),
    "sending": ("Sending", ("batches.", "messages.", "texts.")),
    "contacts": ("Contacts and groups", ("contacts.", "groups.", "imports.")),
    "wording": ("Templates", ("templates.", "wording.")),
    "opt_outs": ("Opting out", ("opt_outs.", "senders.")),
    "carriers": ("Carriers", ("carriers.", "routes.")),
    "money": ("Money", ("tariffs.", "statements.")),
}
