"""What can be asked for on the activity page: groups of verbs, by the word before the dot."""

# key: (words, the nouns whose verbs belong to it, as in "users.added")
GROUPS = {
    "sign_in": ("Signing in", ("signin", "passwords", "sessions", "second_step")),
    "accounts": ("Accounts", ("users", "admins", "operators", "finances", "staff", "profile")),
    "departments": ("Departments", ("departments", "requests", "renewals")),
    "sending": ("Sending", ("batches", "messages", "repeats", "texts", "sending")),
    "contacts": ("Contacts and groups", ("contacts", "groups", "imports")),
    "wording": ("Templates", ("templates",)),
    "opt_outs": ("Opting out", ("opt_outs",)),
    "relay": ("Email to SMS", ("relay",)),
    "inbound": ("Keywords and numbers", ("keywords", "numbers", "unmatched")),
    "reports": ("Reports", ("reports",)),
    "money": ("Prices and statements", ("tariffs", "statements")),
    "portal": ("The portal itself", ("carriers", "demo")),
}
