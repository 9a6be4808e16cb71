# Sourced by the other scripts: prints each step and the command that failed.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Compilations are shared between checkouts in different folders.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

say() { printf '\n== %s\n' "$*"; }

failed() {
  local status=$? command=$BASH_COMMAND
  printf '\n%s: failed (exit code %d): %s\n' "${0##*/}" "$status" "$command" >&2
  exit "$status"
}
trap failed ERR

# Configures once per change of the CMake files, then builds.
build() {
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" --log-level=WARNING
  cmake --build "build/$preset" "$@"
}
