"""Charges on pages: they come in whole pence."""

from django.template import Library

from billing.tariffs import money

register = Library()

register.filter("pounds", money.pounds)


@register.filter
def whole_pounds(pence: int) -> str:
    """£641, for the columns of a chart."""
    return f"£{(pence + 50) // 100:,}"
