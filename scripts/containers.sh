#!/usr/bin/env bash
# containers.sh - config/containers as its linters see it, and the Dockerfile's own steps walked without Docker.
#
#   scripts/containers.sh          linters: dockerfile-utils, dclint (npm), the schema of Compose (check-jsonschema, PyPI),
#                                  Grafana's types (npm), promtool; what the files name is there, and agrees
#   scripts/containers.sh --try    then each stage in a clean Debian of its own (debootstrap, a chroot) instead of an
#                                  image: RUN, COPY, ENV, ARG, WORKDIR as written; the entrypoint as its user, the
#                                  health check, the signal to stop
#
# --try needs root and the archive of packages, and takes some minutes.  It does not prove what is Docker's own: layers,
# mounts, networks.  The last line is 'N passed, N failed'.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD files=$PWD/config/containers out=$PWD/build/containers
mkdir -p "$out"

passed=0 failed=0
check() { # WORDS COMMAND...: what it says is shown where it fails
    local words=$1 said rc=0
    shift
    said=$("$@" 2>&1) || rc=$?
    if [ "$rc" = 0 ]; then
        passed=$((passed + 1))
        echo "ok      $words"
    else
        failed=$((failed + 1))
        echo "FAILED  $words"
        printf '%s\n' "$said" | tail -20 | sed 's/^/        | /'
    fi
}
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}

# ---- linters ----
npm install --prefix "$out/npm" --no-audit --no-fund --silent dockerfile-utils@0.16 dclint@3.1 \
    @grafana/schema@11.3.0 typescript@5.6 > "$out/npm.log" 2>&1 || { tail -5 "$out/npm.log"; exit 1; }
[ -x "$out/venv/bin/check-jsonschema" ] || { python3 -m venv "$out/venv" && "$out/venv/bin/pip" install -q check-jsonschema; }
export PATH=$out/npm/node_modules/.bin:$out/venv/bin:$PATH
dockerfile_says() { local said; said=$(dockerfile-utils lint "$files/Dockerfile"); [ -z "$said" ] || { echo "$said"; return 1; }; }
check "the Dockerfile, by dockerfile-utils" dockerfile_says
check "compose.yml is one, by its schema" check-jsonschema --builtin-schema vendor.compose-spec "$files/compose.yml"
# (an order of its own for keys and services, which reads less well than that of their starts)
check "and by dclint" dclint --disable-rule services-alphabetical-order --disable-rule service-keys-order \
    --disable-rule require-quotes-in-ports --max-warnings 0 "$files/compose.yml"
dashboard_by_types() { # Grafana publishes no schema, but the types that one is made of
    local to=$out/npm/dashboard.ts dashboard=$top/config/system/dashboard.json
    {
        echo 'import { Dashboard, MappingType, Panel, RowPanel } from "@grafana/schema";'
        echo "export const panels: Array<Panel | RowPanel> = $(jq .panels "$dashboard" | sed 's/"type": "value"/"type": MappingType.ValueToText/');"
        echo "export const dashboard: Omit<Dashboard, 'panels'> = $(jq 'del(.panels)' "$dashboard");"
    } > "$to"
    tsc --noEmit --strict --skipLibCheck --moduleResolution node --target es2020 "$to"
}
check "the dashboard, by the types of Grafana" dashboard_by_types
check "the health check is a script" bash -n "$files/healthcheck"

# ---- what is named is there ----
compose() { "$out/venv/bin/python" -c 'import json, sys, ruamel.yaml
json.dump(ruamel.yaml.YAML(typ="safe").load(open(sys.argv[1])), sys.stdout)' "$1"; }
mounted_files_are_there() {
    local path
    for path in $(compose "$files/compose.yml" | jq -r '.services[].volumes[]? | select(startswith(".")) | split(":")[0]'); do
        [ -e "$files/$path" ] || { echo "no $path"; return 1; }
    done
}
check "what is mounted is there" mounted_files_are_there
check "nothing listens beyond loopback" sh -c "$(declare -f compose); out=$out; compose '$files/compose.yml' |
    jq -e '[.services[].ports[]?] | length > 2 and all(startswith(\"127.0.0.1:\"))'"
provisioned() {
    [ "$(compose "$files/grafana/datasource.yml" | jq -r '.datasources[0].url')" = http://prometheus:9090 ] &&
        compose "$files/compose.yml" | jq -e --arg path "$(compose "$files/grafana/dashboards.yml" | jq -r '.providers[0].options.path')" \
            '.services.grafana.volumes | any(endswith(":" + $path + "/alignd.json:ro"))' &&
        [ "$(compose "$files/prometheus.yml" | jq -r '.scrape_configs[0].job_name')" = alignd ]
}
check "Grafana is given Prometheus and the dashboard" provisioned
sed "s#/etc/prometheus/alerts.yml#$top/config/system/alerts.yml#" "$files/prometheus.yml" > "$out/prometheus.yml"
check "Prometheus takes its configuration" promtool check config "$out/prometheus.yml"
[ "${1:-}" = --try ] || finish

# ---- the steps of the Dockerfile ----
scripts/install_packages.sh package
roots=$out/roots daemon="" root=""
cleanup() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2> /dev/null || true
    rm -rf "$roots"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
rm -rf "$roots"
mkdir -p "$roots"
debootstrap --variant=minbase bookworm "$roots/debian" "${MIRROR:-http://deb.debian.org/debian}" > "$out/debootstrap.log" 2>&1 ||
    { tail -5 "$out/debootstrap.log"; exit 1; }

# An instruction a line, without comments.
instructions() { sed '/^ *#/d; /^$/d' "$files/Dockerfile" | sed -e ':a' -e '/\\$/N; s/\\\n//; ta'; }
environment=() workdir=/ user=0
within() { # as the stage's user, with its environment
    (exec chroot --userspec="$user:$user" "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        "${environment[@]}" /bin/sh -c 'cd "$0" && exec "$@"' "$workdir" "$@")
}
copy() { # [--from=STAGE] SOURCE... TARGET
    local from=$top target
    case $1 in --from=*) from=$roots/${1#--from=}; shift ;; esac
    target=${*: -1}
    case $target in /*) ;; *) target=$workdir/$target ;; esac
    mkdir -p "$root$target"
    while [ $# -gt 1 ]; do
        if [ "$1" = . ]; then
            tar -c -C "$from" --exclude-from=<(sed 's#^#./#' "$files/Dockerfile.dockerignore") . | tar -x -C "$root$target"
        else
            # shellcheck disable=SC2086
            (cd "$from" && cp -a ./${1#/} "$root$target")
        fi
        shift
    done
}
stage() { # IMAGE [AS NAME]
    root=$roots/${3:-last} environment=() workdir=/ user=0
    cp -a "$roots/debian" "$root"
}
command=() health=() signal=TERM
# shellcheck disable=SC2086,SC2206
step() { # INSTRUCTION REST
    local rest=$2
    case $1 in
    FROM) stage $rest ;;
    ENV | ARG) environment+=($rest) ;;
    WORKDIR) workdir=$rest; mkdir -p "$root$rest" ;;
    COPY) copy $rest ;;
    RUN) within /bin/sh -c "$rest" ;;
    USER) user=$rest ;;
    ENTRYPOINT) mapfile -t command < <(jq -r '.[]' <<< "$rest") ;;
    CMD) mapfile -t -O "${#command[@]}" command < <(jq -r '.[]' <<< "$rest") ;;
    HEALTHCHECK) mapfile -t health < <(jq -r '.[]' <<< "${rest#*CMD }") ;;
    STOPSIGNAL) signal=${rest#SIG} ;;
    VOLUME | EXPOSE) ;;
    *) echo "not known here: $1"; return 1 ;;
    esac
}
# (not by check, whose subshell would forget what it sets)
mapfile -t steps < <(instructions)
for line in "${steps[@]}"; do
    begun=$SECONDS
    if step "${line%% *}" "${line#* }" > "$out/step.log" 2>&1 < /dev/null; then
        passed=$((passed + 1))
        echo "ok      $(cut -c1-90 <<< "$line") ($((SECONDS - begun)) s)"
    else
        failed=$((failed + 1))
        echo "FAILED  $line"
        tail -20 "$out/step.log" | sed 's/^/        | /'
        finish
    fi
done

# ---- what would be started ----
check "the entrypoint runs: $(within "${command[0]}" --version | head -1)" within "${command[0]}" --version
check "it is nobody's that may change it" sh -c '[ "$1" != 0 ] && [ -z "$(find "$2/usr" "$2/etc" -user "$1" | head -1)" ]' sh "$user" "$root"
mkdir -p "$root/etc/alignd" "$root/catalogs"
cp scripts/demo/mapping.tsv "$root/catalogs/"
cp "$files/alignd.conf" "$root/etc/alignd/"
port=$((20000 + $$ % 10000))
environment+=("ALIGND_HTTP_PORT=$port") # beside others on this machine
(exec chroot --userspec="$user:$user" "$root" /usr/bin/env -i "${environment[@]}" /bin/sh -c 'cd "$0" && exec "$@"' "$workdir" \
    "${command[@]}" --embedded-broker 2> "$out/daemon.log") &
daemon=$!
healthy() { # [PATH]
    local i
    for ((i = 0; i < 100; i++)); do
        within "${health[@]}" "$@" > /dev/null 2>&1 && return 0
        sleep 0.1
    done
    tail -5 "$out/daemon.log"
    return 1
}
check "it starts with the configuration of compose.yml, and the health check is content" healthy
check "it becomes ready" healthy /readyz
kill -"$signal" "$daemon"
status=0
wait "$daemon" || status=$?
check "SIG$signal ends it with 0" [ "$status" = 0 ]
daemon=""
unhealthy() { ! within "${health[@]}" > /dev/null 2>&1; }
check "then the health check is not content" unhealthy
finish
