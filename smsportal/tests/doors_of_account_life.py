"""The doors of how an account begins, goes on and ends, and of delivery reports; see doors.py."""

TABLE = """
# Whoever has the address may read and take back: there is no account yet.
GET  requests:ask                                200 200 200 200 200
POST requests:ask                                422 422 422 422 422
GET  requests:state/secret                       200 200 200 200 200  200 200 200
POST requests:withdraw/secret                    302 302 302 302 302  302 302 302
GET  requests:list                               in  200 403 403 403
GET  requests:request/asked_for                  in  200 403 403 403  403 403 403
POST requests:look/asked_for                     in  302 403 403 403  403 403 403
POST requests:answer/asked_for                   in  422 403 403 403  403 403 403
GET  requests:approve/asked_for                  in  200 403 403 403  403 403 403
POST requests:approve/asked_for                  in  422 403 403 403  403 403 403

GET  renewals:own                                in  403 403 200 403
POST renewals:own                                in  403 403 422 403
# A mailed link speaks for the administrator whom it was mailed to.
GET  renewals:link/renewal-link                  200 200 200 200 200  200 200 200
POST renewals:link/renewal-link                  422 422 422 422 422  422 422 422
GET  renewals:list                               in  200 403 403 403
GET  renewals:department/ours                    in  200 403 403 403  403 403 403
POST renewals:department/ours                    in  422 403 403 403  403 403 403
POST people:users_leave                          in  403 403 422 403

# Whoever asked for a report has it, and nobody else: neither colleague nor administrator.
GET  delivery:list                               in  403 403 200 200
GET  delivery:ask                                in  403 403 200 200
POST delivery:ask                                in  403 403 422 422
GET  delivery:download/report                    in  403 403 404 200  404 404 404
POST delivery:delete/report                      in  403 403 404 302  404 404 404
POST delivery:again/report                       in  403 403 404 302  404 404 404
GET  delivery:change/regular_report              in  403 403 404 200  404 404 404
POST delivery:change/regular_report              in  403 403 404 422  404 404 404
POST delivery:stop/regular_report                in  403 403 404 302  404 404 404
# Without words and numbers it opens for the address that has the link.
GET  delivery:link/report-link                   200 200 200 200 200  200 200 200
POST delivery:link/report-link                   200 200 200 200 200  200 200 200
# With them, only for whoever asked.
GET  delivery:link/own-report-link               in  403 403 403 200  403 403 403
POST delivery:link/own-report-link               in  403 403 403 200  403 403 403
"""
