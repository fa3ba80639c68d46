"""A table as an answer that the browser saves."""

from collections.abc import Iterable, Sequence

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from smsportal.lib import exports


def csv_file(
    name: str, header: Sequence[str], rows: Iterable[Sequence[exports.Cell]]
) -> HttpResponseBase:
    answer = StreamingHttpResponse(exports.csv_chunks(header, rows), content_type=exports.CSV_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def xlsx_file(
    name: str, header: Sequence[str], rows: Iterable[Sequence[exports.Cell]]
) -> HttpResponseBase:
    return FileResponse(
        exports.xlsx_file(header, rows),
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type=exports.XLSX_TYPE,
    )


KINDS = {"csv": csv_file, "xlsx": xlsx_file}
