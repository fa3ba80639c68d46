"""Years, statements and estimates. What other wings read: stored.accounts, counted.accounts,
estimates.estimates, tables.
"""
