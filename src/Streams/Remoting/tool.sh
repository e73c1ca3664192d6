# The host's half of what the tool asks (streams doctor, streams clean). Sent behind start.sh, and uses its functions.
# Says what a start would find and send, and starts nothing.
probe() {
  needed=
  locate "$agent_id" "$agent_count" || needed=agent
  find_dotnet && say DOTNET "$dotnet" || needed="$needed runtime"
  say STORE "$store"
  set -- $(df -Pk "$store" 2>/dev/null | tail -n 1)
  case ${4:-} in '' | *[!0-9]*) ;; *) say FREE "$4" ;; esac
  case $needed in *runtime*) say LIBC "$(getconf GNU_LIBC_VERSION 2>/dev/null)" ;; esac
  say NEED $needed
}

# reach ADDRESS PORT: whether a TCP connection from here is taken there, by whatever this host has for asking.
reach() {
  if command -v nc >/dev/null 2>&1; then
    nc -w 2 "$1" "$2" </dev/null >/dev/null 2>&1 && say REACH yes || say REACH no
  elif command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    timeout 2 bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "$1" "$2" >/dev/null 2>&1 && say REACH yes || say REACH no
  else
    say REACH unknown
  fi
}

# Removes the stores of this account; one that an agent uses only by force.
clean() {
  for place in "${XDG_CACHE_HOME:-${HOME:-}/.cache}/streams" "/var/tmp/streams-$(id -u)" "/tmp/streams-$(id -u)"; do
    [ -d "$place" ] && [ ! -h "$place" ] || continue
    own "$place"
    living=0
    for r in "$place"/run/*; do
      pid=; [ ! -f "$r/uses" ] || read -r pid <"$r/uses"
      [ -z "$pid" ] || ! kill -0 "$pid" 2>/dev/null || living=$((living + 1))
    done
    [ "$living" -eq 0 ] || [ "$1" = force ] || { say BUSY "$living $place"; continue; }
    set -- "$1" $(du -sk "$place")
    gone=$(rm -rf "$place" 2>&1) || fail upload "cannot remove $place: $gone"
    say CLEANED "$2 $place"
  done
  say END
}
