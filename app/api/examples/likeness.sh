#!/bin/sh
# From a sketch to its likenesses. SEMBLANCE is the address of the installation, SEMBLANCE_TOKEN a
# token with the scopes sketches:write, renders:read, renders:write and likenesses:read.
set -eu
ask() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $SEMBLANCE_TOKEN" "$@"; }

# Hand in a sketch. With a key of your own it can be sent again without being added twice.
sketch=$(ask --output sketch.json --write-out '%header{location}' \
  --header "Idempotency-Key: $(sha256sum sketch.png | cut -c 1-64)" \
  --form file=@sketch.png --form title=Harbour "$SEMBLANCE/api/v1/sketches")

# Ask the first engine for two likenesses.
engine=$(ask "$SEMBLANCE/api/v1/engines" | sed 's/^{"items":\[{"name":"\([^"]*\)".*/\1/')
render=$(ask --output render.json --write-out '%header{location}' --header 'Content-Type: application/json' \
  --data "{\"engine\": \"$engine\", \"candidates\": 2}" "$SEMBLANCE$sketch/renders")

# Ask how it stands until nothing of it waits or runs.
while ask "$SEMBLANCE$render" | tee render.json | grep -Eq '"state":"(queued|running)"'; do sleep 2; done

# The pictures, and how each of them was made.
for likeness in $(grep -o '/api/v1/likenesses/[0-9a-f-]*' render.json); do
  ask --output "${likeness##*/}.png" "$SEMBLANCE$likeness/image"
  ask --output "${likeness##*/}.json" "$SEMBLANCE$likeness/provenance"
done
