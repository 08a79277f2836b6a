#!/bin/sh
# Builds docker/Dockerfile.jvm where no image registry can be reached, and looks at what came out. buildah builds on a
# base that is made of this machine: its JDK 25, the libraries that needs, and the few programs that the Dockerfile runs.
# For trying the Dockerfile, not for shipping: such an image is as old as the machine that it was made on.
#
#   ./mvnw package -DskipTests && docker/build-offline.sh [directory]
#
# As root. All that it writes is in the directory, 2 GB at most, and gone at the end. It says "ok" and what it has seen, or
# why not and ends with 1.
set -eu
cd "$(dirname "$0")/.."

fail() { echo "build-offline: $*" >&2; exit 1; }
command -v buildah >/dev/null || fail "buildah is not installed: apt-get install --no-install-recommends buildah"
command -v curl >/dev/null || fail "curl is not installed"
[ "$(id -u)" = 0 ] || fail "changing the root directory needs root"
[ -e target/quarkus-app/quarkus-run.jar ] || fail "no target/quarkus-app: ./mvnw package -DskipTests"
jdk=${JAVA_HOME:?the JDK 25 that goes into the base}

work=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/ballast-image.XXXXXX")
b() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
service=
# the last one of a line of children: buildah, its chroot, timeout, java
innermost() {
  p=$1
  while c=$(pgrep -P "$p" | head -n 1) && [ -n "$c" ]; do p=$c; done
  echo "$p"
}
cleanup() {
  [ -z "$service" ] || { kill -KILL "$(innermost "$service")" && wait "$service"; } 2>/dev/null || true
  b rm --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# --- the base ---
root=$work/base
mkdir -p "$root/bin" "$root/etc" "$root/lib" "$root/opt" "$root/proc" "$root/dev" "$root/sys" "$root/usr" "$root/var"
mkdir -m 1777 "$root/tmp"
ln -s ../bin "$root/usr/bin"
printf 'root:x:0:0::/:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\n' > "$root/etc/group"
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"
mkdir "$root/opt/java"
(cd "$jdk" && tar -cf - --exclude=./lib/src.zip --exclude=./lib/ct.sym --exclude=./jmods --exclude=./man --exclude=./include .) | tar -xf - -C "$root/opt/java"
for program in sh cat rm test timeout; do
  cp -L "$(command -v "$program" | grep / || echo "/usr/bin/$program")" "$root/bin/$program"
done
# what they and the JDK are linked with; what the JDK finds in itself is there already
find "$root/bin" "$root/opt/java" -type f \( -name '*.so' -o -perm -u+x \) -exec ldd {} + 2>/dev/null \
  | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^\s*\(\/[^ ]*\) .*/\1/p' | grep -v "^$root" | sort -u \
  | while read -r library; do
      mkdir -p "$root$(dirname "$library")"
      cp -L "$library" "$root$library"
    done
for stage in $(sed -n 's/^FROM \([^ ]*\).*/\1/p' docker/Dockerfile.jvm | sort -u); do
  container=$(b from scratch)
  b copy -q "$container" "$root" / >/dev/null
  b config --env PATH=/opt/java/bin:/bin --env JAVA_HOME=/opt/java --env LANG=C.UTF-8 "$container"
  b commit -q "$container" "$stage" >/dev/null
  b rm "$container" >/dev/null
done
rm -rf "$root"

# --- the image ---
b build --isolation chroot --pull-never --format docker -f docker/Dockerfile.jvm -t ballast:offline . > "$work/build.log" 2>&1 \
  || { cat "$work/build.log" >&2; fail "the Dockerfile cannot be built"; }
user=$(b inspect --type image --format '{{.Docker.Config.User}}' ballast:offline)
entry=$(b inspect --type image --format '{{range .Docker.Config.Entrypoint}}{{.}} {{end}}' ballast:offline)
[ "$user" = 10001:10001 ] || fail "runs as '$user'"

# --- a start, without servers, which demands the cache ---
container=$(b from --pull-never ballast:offline)
port=$((20000 + $$ % 10000))
answers() { curl -fsS -o /dev/null "http://127.0.0.1:$port/q/health/started" 2>/dev/null; }
! answers || fail "somebody answers on port $port"
# shellcheck disable=SC2086   # the entry point has no spaces in its words
b run --isolation chroot --env QUARKUS_PROFILE=local --env QUARKUS_HTTP_PORT="$port" \
  --env JAVA_TOOL_OPTIONS="-XX:AOTMode=on -Xlog:aot,cds" "$container" -- timeout -s KILL 60 $entry > "$work/service.log" 2>&1 &
service=$!
patience=100
until answers; do
  patience=$((patience - 1))
  { [ $patience -gt 0 ] && kill -0 "$service" 2>/dev/null; } || { cat "$work/service.log" >&2; fail "the entry point does not start"; }
  sleep 0.5
done
java=$(innermost "$service")
runs_as=$(stat -c %u:%g "/proc/$java")
[ "$runs_as" = 10001:10001 ] || fail "the process runs as $runs_as"
grep -q "Opened AOT cache app.aot" "$work/service.log" || fail "the cache is not used"
aot=$(stat -c %s "$(b mount "$container")/opt/ballast/app.aot")
started=$(sed -n 's/.*\(started in [0-9.]*s\).*/\1/p' "$work/service.log" | head -n 1)
kill -TERM "$java"
wait "$service" || true
service=
echo "ok: user $runs_as, AOT cache of $((aot / 1048576)) MB in use, $started"
