# Shared by the scripts: where things are, how progress is shown, where downloads are kept. Sourced, not run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=$ROOT/.cache          # downloads and compiler results; ignored by git, safe to delete
DIST=$ROOT/build/dist       # what an installation would hold
LOGS=$ROOT/build/logs       # output of the steps
JOBS=$(nproc)
VERSION=$(sed -n 's/^project(mist VERSION \([0-9.]*\).*/\1/p' "$ROOT/CMakeLists.txt")
export CCACHE_DIR=$CACHE/ccache
MAVEN=(mvn -B -q -ntp -Dmaven.repo.local="$CACHE/m2" -f "$ROOT/pom.xml")
mkdir -p "$CACHE" "$LOGS"
cd "$ROOT"

if [ -t 1 ]; then BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' RESET=$'\e[0m'; else BOLD='' DIM='' RED='' RESET=''; fi

# step "what is done" command...: runs it with its output in a log, shows time and, when it fails, the end of the log. The script
# then ends, unless it asks with run_step, which leaves the result in STATUS.
step() {
  run_step "$@"
  return "$STATUS"
}

# In a subshell of its own, and neither this nor step is for a condition: bash would go on behind errors inside the function.
run_step() {
  local title=$1 log started
  shift
  log=$LOGS/$(tr -cs 'A-Za-z0-9' '-' <<<"$title" | sed 's/^-//;s/-$//').log
  printf '%s%-58s%s ' "$BOLD" "$title" "$RESET"
  started=$SECONDS
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1 </dev/null
  STATUS=$?
  set -e
  if [ "$STATUS" = 0 ]; then
    printf '%sdone in %d s%s\n' "$DIM" $((SECONDS - started)) "$RESET"
  else
    printf '%sfailed after %d s%s\n' "$RED" $((SECONDS - started)) "$RESET"
    tail -n 40 "$log" | sed 's/^/    /'
    printf '    The whole output is in %s\n' "${log#"$ROOT"/}"
  fi
}

die() {
  printf '%s%s%s\n' "$RED" "$*" "$RESET" >&2
  exit 1
}

# The Spark home of a line, "4" or "3.5", in its private virtual environment.
spark_home() {
  local homes=("$CACHE/spark-$1"/lib/python3*/site-packages/pyspark)
  printf '%s' "${homes[0]}"
}

# "4" or "3.5", from the Scala line in the jar names of a Spark home: there is no version file in every distribution.
spark_line() {
  if compgen -G "$1/jars/spark-core_2.13-4*.jar" >/dev/null; then
    printf 4
  elif compgen -G "$1/jars/spark-core_2.12-3.5*.jar" >/dev/null; then
    printf 3.5
  else
    die "$1 holds no Spark 4 (Scala 2.13) and no Spark 3.5 (Scala 2.12): set SPARK_HOME to one of these, or unset it."
  fi
}

scala_of() { if [ "$1" = 4 ]; then printf 2.13; else printf 2.12; fi; }

# Node.js and npm come from PyPI: Debian 12 has an older one than the UI is built with.
NPM=(env PATH="$CACHE/node/bin:$PATH" npm --prefix "$ROOT/ui" --cache "$CACHE/npm")
