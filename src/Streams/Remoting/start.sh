# The host's half of a start (docs/bootstrap.md). Sent as one compound command with these set before it: nonce, major,
# minor, patch (of the runtime that is needed; major empty: none is), entry, launch_line, and for each known bundle
# <name>_id and <name>_count; store_limit in KiB. dash and busybox read ahead: the controller sends nothing more before it is asked to.
# No process is started that is not needed: this is on the way to every first block. POSIX sh, busybox included.
plain_umask=$(umask) plain_directory=$PWD plain_oldpwd=${OLDPWD:-}
umask 077
# Its tools answer in English, whatever the account's language; the agent gets its own back.
language=${LC_ALL-unset} LC_ALL=C; export LC_ALL
say() { printf 'STREAMS-%s %s\n' "$nonce" "$*"; }
fail() { say FAIL "$@"; exit 1; }
work='' built=''

# ---- what is here ----------------------------------------------------------------------------------------------------
report() {
  set -- $(uname -sm)
  libc=unknown icu=no cxx=no
  for f in /lib/ld-musl-*; do [ -e "$f" ] && libc=musl; done
  for f in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* /lib/*/ld-linux-*.so.*; do [ -e "$f" ] && libc=glibc; done
  for f in /usr/lib/*/libicuuc.so.* /usr/lib64/libicuuc.so.* /usr/lib/libicuuc.so.* /usr/local/lib/libicuuc.so.*; do [ -e "$f" ] && icu=yes; done
  for f in /usr/lib/*/libstdc++.so.6 /usr/lib64/libstdc++.so.6 /usr/lib/libstdc++.so.6 /lib/*/libstdc++.so.6 /lib64/libstdc++.so.6; do [ -e "$f" ] && cxx=yes; done
  zip=no; command -v gzip >/dev/null 2>&1 && zip=yes
  say FACT "$1 $2 $libc $icu $zip"
}

# Refuses a directory that is not ours alone: a link, open to others, or somebody else's (1f-50, -55).
own() {
  [ ! -h "$1" ] || fail upload "$1 is a link; it must be a directory of its own"
  [ -d "$1" ] || fail upload "cannot make $1: it is there, and no directory"
  listed=$(ls -ldn "$1") uid=$(id -u)
  set -- "$1" $listed
  case $2 in drwx------ | drwx------.) ;; *) fail upload "$1 is open to others ($2): it must have mode 0700" ;; esac
  [ "$4" = "$uid" ] || fail upload "$1 belongs to user $4, and we are $uid"
}

# take PARENT DIRECTORY: true if that is our store now. A new one must let us run what is in it.
take() {
  [ -d "$1" ] || made=$(mkdir -p "$1" 2>&1) || { tried="$tried; $made"; return 1; }
  if made=$(mkdir -m 700 "$2" 2>&1); then
    printf '#!/bin/sh\n' >"$2/try" && chmod 0700 "$2/try" && made=$("$2/try" 2>&1) || { tried="$tried; $2: nothing there can be run (mounted noexec, or full)"; rm -rf "$2"; return 1; }
    rm -f "$2/try"
  elif [ ! -e "$2" ] && [ ! -h "$2" ]; then
    tried="$tried; $made"
    return 1
  fi
  own "$2"
  [ -w "$2" ] || { tried="$tried; $2 cannot be written to"; return 1; }
  for d in content trees incoming run; do
    [ -d "$2/$d" ] || made=$(mkdir "$2/$d" 2>&1) || [ -d "$2/$d" ] || { tried="$tried; $made"; return 1; }
  done
  store=$2
}

# The account's own cache, or a directory of its own where everybody may write. What somebody could have planted is refused,
# and not passed over.
open_store() {
  tried=''
  cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}
  case $cache in
    /?*) take "$cache" "$cache/streams" && return 0 ;;
    *) tried="; neither HOME nor XDG_CACHE_HOME is a directory" ;;
  esac
  for place in /var/tmp /tmp; do
    [ ! -d "$place" ] || ! take "$place" "$place/streams-$(id -u)" || return 0
  done
  fail upload "no place for files: ${tried#; }"
}

# ---- dotnet ----------------------------------------------------------------------------------------------------------
fits() {
  case $1 in *[!0-9.]*) return 1 ;; esac
  before=$IFS; IFS=.; set -- $1; IFS=$before
  [ "${1:-0}" -eq "$major" ] || return 1
  [ "${2:-0}" -gt "$minor" ] || { [ "${2:-0}" -eq "$minor" ] && [ "${3:-0}" -ge "$patch" ]; }
}

find_dotnet() {
  dotnet='' libraries=''
  [ -n "$major" ] || { dotnet=none; return 0; }
  found=$(command -v dotnet 2>/dev/null) && found=$(readlink -f "$found" 2>/dev/null)
  seen=:
  for place in "${DOTNET_ROOT:-}" "${found%/*}" /usr/share/dotnet /usr/lib/dotnet /usr/lib64/dotnet /usr/local/share/dotnet /opt/dotnet "${HOME:-}/.dotnet"; do
    case $place in /?*) ;; *) continue ;; esac
    case $seen in *":$place:"*) continue ;; esac
    seen=$seen$place:
    [ -x "$place/dotnet" ] || continue
    core='' web=''
    for v in "$place"/shared/Microsoft.NETCore.App/*; do
      [ -d "$v" ] && say RUNTIME "${v##*/} $place" && fits "${v##*/}" && core=${v##*/}
    done
    for v in "$place"/shared/Microsoft.AspNetCore.App/*; do [ -d "$v" ] && fits "${v##*/}" && web=${v##*/}; done
    [ -n "$core" ] && [ -z "$web" ] && say NOWEB "$core $place"
    if [ -n "$core" ] && [ -n "$web" ]; then dotnet=$place/dotnet; return 0; fi
  done
  return 1
}

# ---- trees -----------------------------------------------------------------------------------------------------------
# True if the tree is exactly what its manifest says, and the manifest what its id says: hashed anew before each use.
verify() {
  [ -f "$1/manifest" ] && [ ! -h "$1/manifest" ] && [ ! -h "$1/files" ] || return 1
  set -- "$1" "$2" "$3" "$(sha256sum <"$1/manifest")"
  [ "${4%% *}" = "$2" ] || return 1
  [ "$(find "$1/files" -type f | wc -l)" -eq "$3" ] && [ -z "$(find "$1/files" ! -type d ! -type f)" ] || return 1
  sed 's/^\(.\{64\}\)./\1 /' "$1/manifest" | (cd "$1/files" && sha256sum -c - >/dev/null 2>&1)
}

locate() {
  # What this start has built was hashed on its way in.
  case "$built " in *" $1 "*) tree=$store/trees/$1.$nonce/files; return 0 ;; esac
  eval "tree=\${reused_$1:-}" # an id is hexadecimal, and ours
  [ -z "$tree" ] || return 0
  for tree in "$store/trees/$1".*; do
    [ -d "$tree" ] && [ ! -h "$tree" ] && verify "$tree" "$1" "$2" && { touch "$tree"; tree=$tree/files; return 0; }
  done
  tree=
  return 1
}

# Says what is missing, or becomes the agent.
start() {
  needed=
  agent_tree='' program_tree=''
  locate "$agent_id" "$agent_count" && agent_tree=$tree || needed="$needed agent"
  locate "$program_id" "$program_count" && program_tree=$tree || needed="$needed program"
  if ! find_dotnet; then
    if [ -n "${runtime_id:-}" ] && locate "$runtime_id" "$runtime_count"; then
      dotnet=$tree/dotnet
      [ "$cxx" = yes ] || libraries=$tree/lib
    else
      needed="$needed runtime"
    fi
  fi
  if [ -z "$needed" ]; then
    launch
  else
    case $needed in *runtime*) say LIBC "$(getconf GNU_LIBC_VERSION 2>/dev/null)" ;; esac
    say NEED$needed
  fi
}

# remember NAME...: what they are in a plain shell here. A worker puts them back for what its blocks start (WorkerStartup).
remember() {
  for variable do
    eval "[ -z \"\${$variable+x}\" ] || { STREAMS_WAS_$variable=\$$variable; export STREAMS_WAS_$variable; }"
  done
  STREAMS_CHANGED=$* STREAMS_UMASK=$plain_umask
  export STREAMS_CHANGED STREAMS_UMASK
  cd "$plain_directory" || cd /
  unset OLDPWD
  [ -z "$plain_oldpwd" ] || OLDPWD=$plain_oldpwd
}

launch() {
  run=$store/run/$nonce
  made=$(mkdir -m 700 "$run" 2>&1) || fail agent "cannot make $run: $made"
  rm -rf "$store/incoming/$nonce"
  remember DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE DOTNET_ROOT DOTNET_SYSTEM_GLOBALIZATION_INVARIANT LD_LIBRARY_PATH
  # This shell becomes the agent: what it uses is not swept away while it lives.
  printf '%s\n' "$$" "$agent_tree" "$program_tree" "$dotnet" >"$run/uses"
  (sweep </dev/null >/dev/null 2>&1 &)
  unset DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE
  [ -d "${TMPDIR:-/tmp}" ] && [ -w "${TMPDIR:-/tmp}" ] || unset TMPDIR
  if [ "$dotnet" != none ]; then
    DOTNET_ROOT=${dotnet%/*}; export DOTNET_ROOT
    [ "$icu" = yes ] || { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1; export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT; }
    [ -z "$libraries" ] || { LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}; export LD_LIBRARY_PATH; }
  fi
  if [ "$language" = unset ]; then unset LC_ALL; else LC_ALL=$language; fi
  say DOTNET "$dotnet"
  say AGENT "$run/agent.log"
  eval "$launch_line"
}

# ---- receiving -------------------------------------------------------------------------------------------------------
# Each part is asked for by SEND, and "head -c" waits for no more than its length.
prepare() {
  work=$store/incoming/$nonce
  [ -d "$work" ] || { made=$(mkdir -m 700 "$work" "$work/new" 2>&1) || fail upload "cannot make $work: $made"; }
}

# offer ID BYTES: takes a manifest, says which of its contents are not here unharmed.
offer() {
  prepare
  say SEND "$2"
  head -c "$2" >"$work/$1" || fail upload "cannot write $work/$1: no space left?"
  set -- "$1" "$(sha256sum <"$work/$1")"
  [ "${2%% *}" = "$1" ] || fail upload "the manifest $1 did not arrive whole; is the disk full? $(df -Pk "$store" 2>/dev/null | tail -n 1)"
  : >"$work/present"
  while read -r content path; do
    if [ -f "$store/content/$content" ] && [ ! -h "$store/content/$content" ]; then
      printf '%s  %s\n' "${content%?}" "$content" >>"$work/present"
    else
      say MISSING "$content"
    fi
  done <"$work/$1"
  (cd "$store/content" && sha256sum -c - <"$work/present" 2>/dev/null) | while IFS= read -r line; do
    case $line in *': OK') ;; *) say MISSING "${line%%:*}" ;; esac
  done
  say END
}

# receive BYTES KIBIBYTES HOW: takes a tar of contents, packed by gzip or not, puts those that are whole into the store, each
# by one rename. What has been stored is not asked for again, also not by a later start.
receive() {
  prepare
  set -- "$1" "$2" "$3" $(df -Pk "$store" 2>/dev/null | tail -n 1)
  case ${7:-} in '' | *[!0-9]*) say FREE -1 ;; *) say FREE "$7"; [ "$7" -gt "$2" ] || fail upload "the disk of $store has only $7 KiB free, and $2 KiB are needed" ;; esac
  say SEND "$1"
  case $3 in gzip) unpack='gzip -dc' ;; *) unpack=cat ;; esac
  head -c "$1" | $unpack | (unset TAR_OPTIONS; cd "$work/new" && tar -xof - 2>"$work/tar.log") || fail upload "cannot unpack in $work: $(head -n 3 "$work/tar.log" | tr '\n' ' ')"
  cd "$work/new" || fail upload "cannot enter $work/new"
  for f in *; do printf '%s  %s\n' "${f%?}" "$f"; done >../sums
  broken=$(sha256sum -c ../sums 2>/dev/null | grep -v ': OK$' | head -n 3)
  [ -z "$broken" ] || fail upload "files did not arrive whole: $broken"
  for f in *-; do [ -e "$f" ] && chmod 0400 ./*-; break; done
  for f in *x; do [ -e "$f" ] && chmod 0500 ./*x; break; done
  moved=$(mv -f ./* "$store/content/" 2>&1) || fail upload "cannot store files: $moved"
  cd /
  say STORED
}

# build ID COUNT: makes the tree of hard links for a manifest, under a name of its own: another run may be using the
# same tree, or making it. A tree that is there unharmed is used again: the controller may have learnt its id only now.
build() {
  if locate "$1" "$2"; then
    eval "reused_$1=\$tree"
    return 0
  fi
  new=$work/tree.$1
  mkdir "$new" "$new/files" || fail upload "cannot make $new"
  while read -r content path; do
    case $path in */*) [ -d "$new/files/${path%/*}" ] || mkdir -p "$new/files/${path%/*}" ;; esac
    ln "$store/content/$content" "$new/files/$path" || fail upload "cannot link $path"
  done <"$work/$1" 2>"$work/build.log" || fail upload "cannot build $1: $(head -n 1 "$work/build.log")"
  mv "$work/$1" "$new/manifest" && mv "$new" "$store/trees/$1.$nonce" || fail upload "cannot rename $new"
  built="$built $1"
}

# ---- old content -----------------------------------------------------------------------------------------------------
in_use() { case $used in *":$1:"*) return 0 ;; esac; return 1; }
drop_unused() { find "$store/content" -type f -links 1 -mtime "+$1" -exec rm -f {} +; }

# What nobody has used for a month, what starts and agents that are gone left behind, and the longest unused of what is more
# than store_limit in all. Once a day, beside the agent's start: nobody waits for it.
sweep() {
  [ -z "$(find "$store/swept" -mtime -1 2>/dev/null)" ] || return 0
  : >"$store/swept"
  used=:
  for r in "$store"/run/*; do
    pid=; [ ! -f "$r/uses" ] || read -r pid <"$r/uses"
    if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
      while read -r place; do place=${place#"$store/trees/"}; used=$used${place%%/*}:; done <"$r/uses"
    elif [ -s "$r/agent.log" ]; then
      find "$r" -maxdepth 0 -mtime +7 -exec rm -rf {} +
    else
      find "$r" -maxdepth 0 -mtime +0 -exec rm -rf {} +
    fi
  done
  find "$store/incoming" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} +
  for t in "$store"/trees/*; do
    in_use "${t##*/}" || find "$t" -maxdepth 0 -mtime +30 -exec rm -rf {} +
  done
  drop_unused 30
  for t in $(ls -tr "$store/trees"); do
    set -- $(du -sk "$store")
    [ "${1:-0}" -gt "$store_limit" ] || break
    in_use "$t" || { find "$store/trees/$t" -maxdepth 0 -mtime +1 -exec rm -rf {} +; drop_unused 0; }
  done
}

# ---- the first answer ------------------------------------------------------------------------------------------------
echo # Whatever a start file printed may not have ended its line.
for tool in uname mkdir ls id find wc sed sha256sum head tail tar mv ln chmod touch rm df; do
  command -v "$tool" >/dev/null 2>&1 || fail shell "the host has no '$tool'"
done
