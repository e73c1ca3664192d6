#!/bin/sh
# Waits at a barrier:  barrier.sh NAME COUNT [SECONDS]      needs nc (netcat-openbsd)
# STREAMS_SYNC=tcp:HOST:PORT or unix:PATH; STREAMS_SYNC_TOKEN for the former.
name=$1 count=$2 seconds=${3:-600} me=${STREAMS_SYNC_PARTY:-sh$$}
case $STREAMS_SYNC in unix:*) set -- -U "${STREAMS_SYNC#unix:}" ;; *) hp=${STREAMS_SYNC#tcp:}; set -- "${hp%:*}" "${hp##*:}" ;; esac
printf 'HELLO 1 %s%s manual\nENTER %s %s %s %s.%s\n' "$me" "${STREAMS_SYNC_TOKEN:+ token=$STREAMS_SYNC_TOKEN}" "$name" "$count" "$seconds" "$me" "$(date +%s%N)" |
nc -N "$@" | while read -r reply rest; do
    case $reply in GO) exit 9 ;; BROKEN | BAD) printf '%s %s\n' "$reply" "$rest" >&2; exit 1 ;; esac
done
[ $? -eq 9 ]
