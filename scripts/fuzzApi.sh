#!/usr/bin/env bash
# About 5,000 made-up requests against a running service, by its own OpenAPI document: no 5xx, no answer that the document does not have.
#   scripts/fuzzApi.sh http://127.0.0.1:8080 [further options of schemathesis]
# Needs Python. The stream is left out, as it does not end; so are the pages for people.
set -euo pipefail
url=${1:?the address of a running service}
shift
venv=${SCHEMATHESIS_VENV:-$(mktemp -d)/venv}
[ -x "$venv/bin/schemathesis" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install -q schemathesis; }
exec "$venv/bin/schemathesis" run "$url/openapi.json" \
  --url "$url" --wait-for-schema 60 --workers 2 --max-examples "${EXAMPLES:-90}" --phases examples,fuzzing --mode all --request-timeout 20 --continue-on-failure \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --exclude-path /v1/stream --exclude-path-regex '^/(docs|console|approve.*)?$' "$@"
