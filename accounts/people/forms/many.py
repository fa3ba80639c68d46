"""A spreadsheet of users, read and tried without keeping anything."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from accounts.people.columns import (
    MOST_ROWS,
    FileRow,
    columns_of,
    missing_columns,
    rows_of,
)
from smsportal.lib.file_kinds import BadSpreadsheet, Limits
from smsportal.lib.spreadsheets import open_sheet

LIMITS = Limits(size=2 * 1024 * 1024, rows=MOST_ROWS)


class SpreadsheetForm(forms.Form):
    file = forms.FileField(
        label="CSV or Excel file",
        help_text=f"Up to {MOST_ROWS} users, with the headings Name, Username, Email, Extension.",
        error_messages={"required": "Choose a file.", "empty": "That file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xls,.ods"}),
    )
    rows: list[FileRow]

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > LIMITS.size:
            raise ValidationError(
                f"{file.name} is {file.size / 1024**2:.1f} MB. A list of {MOST_ROWS} users is far "
                "smaller: is it the right file?"
            )
        try:
            sheet = open_sheet(file.read(), file.name, LIMITS)
        except BadSpreadsheet as refusal:
            raise ValidationError(refusal.words) from None
        filled = [(n, row) for n, row in enumerate(sheet.rows) if row]
        header = [str(cell).strip() for cell in filled[0][1]]
        missing = missing_columns(columns_of(header))
        if missing:
            raise ValidationError(
                f"{file.name} has no column headed {' or '.join(missing)}. The first row has to "
                "say what each column is."
            )
        numbered = [(sheet.row_number(n), row) for n, row in filled[1:]]
        self.rows = rows_of(numbered, columns_of(header))
        if not self.rows:
            raise ValidationError(f"{file.name} has headings and nobody under them.")
        return file
