"""How the web server runs, in the demo and for real: gunicorn -c python:smsportal.gunicorn.

HOST and PORT say where it listens.
"""

import os

from smsportal.lib import logs

wsgi_app = "smsportal.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
# Loaded once and shared: half the start and half the memory. New code needs a restart.
preload_app = True
timeout = 30
graceful_timeout = 5
max_requests = 2000
max_requests_jitter = 200
# Two installations of one user would share gunicorn's default control socket.
control_socket_disable = True
logconfig_dict = logs.config()
