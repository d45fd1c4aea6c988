#!/bin/bash
# Make or update the database, then hand over to the base image's own entry point.
set -euo pipefail
if [[ "${1:-odoo}" == odoo ]]; then
    python3 /opt/repair-suite/docker/first_start.py
fi
exec /entrypoint.sh "$@"
