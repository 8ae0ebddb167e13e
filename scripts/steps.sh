# Named steps with their seconds; sourced by the other scripts. What a step prints goes into the log, and
# only a failing step shows its end.

LOG=${SEMBLANCE_VAR:-var}/log/setup.log

# step LABEL HINT COMMAND...: runs the command; on failure prints the log's end and the hint, and ends.
step() {
    local label=$1 hint=$2 started=$EPOCHREALTIME before
    shift 2
    mkdir -p "$(dirname "$LOG")"
    printf '== %s\n' "$label" >>"$LOG"
    before=$(wc -l <"$LOG")
    printf '%s ... ' "$label"
    if "$@" >>"$LOG" 2>&1; then
        awk -v from="$started" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f s\n", to - from }'
    else
        printf 'failed\n\n'
        tail -n "+$((before + 1))" "$LOG" | tail -n 15 | sed 's/^/  | /' >&2
        printf '\n%s\nThe whole log is %s.\n' "$hint" "$LOG" >&2
        exit 1
    fi
}

stop_with() {
    printf '%s\n' "$1" >&2
    exit 1
}
