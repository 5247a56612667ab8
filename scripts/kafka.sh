#!/usr/bin/env bash
# kafka.sh - a real Apache Kafka for tests and demonstrations, without Docker:
# its jars come through Maven into a cache folder, the nodes run in KRaft mode
# on loopback with a small heap.
#
#   scripts/kafka.sh start  [--nodes N] [--dir DIR] [--port P|auto] [--version V]
#   scripts/kafka.sh stop   [--dir DIR] [--node I] [--hard]
#   scripts/kafka.sh start  --node I [--dir DIR]      (one stopped node again)
#   scripts/kafka.sh status [--dir DIR]
#   scripts/kafka.sh wipe   [--dir DIR]               (stop, then delete DIR)
#
# start prints the bootstrap address on stdout and everything else on stderr;
# it returns when every node serves.  Node I listens on P + 2(I-1), its
# controller on the port behind.  'auto' takes the first free range.
# DIR keeps the data: stop and start go on where they were.
# KAFKA_EXTRA_PROPERTIES is more of server.properties, KAFKA_FORMAT_OPTIONS what the storage is
# formatted with ('--add-scram ...').
set -eu

nodes=1 dir="${TMPDIR:-/tmp}/alignd-kafka-$(id -u)" port=19092 node="" hard=0
version="${KAFKA_VERSION:-4.1.0}"
heap="${KAFKA_HEAP:-256m}"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/alignd/kafka"

say() { echo "kafka.sh: $*" >&2; }
die() { say "$*"; exit 1; }
usage() { sed -n '2,19s/^# \{0,1\}//p' "$0" >&2; exit 64; }

[ $# -ge 1 ] || usage
verb=$1
shift
while [ $# -gt 0 ]; do
    case $1 in
    --nodes) nodes=${2:?}; shift 2 ;;
    --dir) dir=${2:?}; shift 2 ;;
    --port) port=${2:?}; shift 2 ;;
    --version) version=${2:?}; shift 2 ;;
    --node) node=${2:?}; shift 2 ;;
    --hard) hard=1; shift ;;
    *) usage ;;
    esac
done

install_java_and_maven() {
    local missing=""
    command -v java > /dev/null || missing="openjdk-17-jre-headless"
    command -v mvn > /dev/null || missing="$missing maven"
    [ -n "$missing" ] || return 0
    command -v apt-get > /dev/null || die "please install:$missing"
    say "installing $missing"
    local as=""
    [ "$(id -u)" = 0 ] || as=sudo
    # shellcheck disable=SC2086
    $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2 ||
        { $as apt-get update -q >&2 &&
          $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2; }
}

# Fills $cache/$version/libs once; a half-made folder is never mistaken for a whole one.
fetch_jars() {
    libs="$cache/$version/libs"
    [ -d "$libs" ] && return 0
    install_java_and_maven
    say "fetching Apache Kafka $version through Maven (about 55 MB, once)"
    mkdir -p "$cache/$version"
    local work
    work=$(mktemp -d "$cache/$version/fetch.XXXXXX")
    cat > "$work/pom.xml" << POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>alignd</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>$version</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
    # 4.x logs through log4j2's slf4j binding, which is silent without a
    # configuration: slf4j-simple must be the only binding
    (cd "$work" && mvn -q -B -Dstyle.color=never dependency:copy-dependencies -DoutputDirectory="$work/libs" >&2) ||
        { rm -rf "$work"; die "Maven could not fetch Kafka $version"; }
    rm -f "$work"/libs/log4j-slf4j*-impl-*.jar
    mv "$work/libs" "$libs" 2> /dev/null || [ -d "$libs" ] || die "cannot fill $libs"
    rm -rf "$work"
}

# (in a subshell, so that a refused connection closes nothing of ours)
port_in_use() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

range_is_free() {
    local p
    for ((p = $1; p < $1 + 2 * nodes; p++)); do
        port_in_use "$p" && return 1
    done
    return 0
}

# Below the usual ephemeral range (32768), so that no outgoing connection sits there.
choose_port() {
    local tries p
    for ((tries = 0; tries < 200; tries++)); do
        p=$((20000 + (RANDOM % 600) * 20))
        range_is_free "$p" && { port=$p; return 0; }
    done
    die "no free port range found"
}

pid_of() { cat "$dir/node$1/pid" 2> /dev/null || true; }

# A pid file may be stale and the number someone else's by now: look at the command line.
is_running() {
    local pid
    pid=$(pid_of "$1")
    [ -n "$pid" ] && { tr '\0' ' ' < "/proc/$pid/cmdline"; } 2> /dev/null |
        grep -qF "$dir/node$1/server.properties"
}

write_properties() {
    local i voters="" replicas=$nodes isr=1
    [ "$replicas" -gt 3 ] && replicas=3
    [ "$replicas" -ge 3 ] && isr=2
    for ((i = 1; i <= nodes; i++)); do
        voters="$voters${voters:+,}$i@127.0.0.1:$((port + 2 * i - 1))"
    done
    for ((i = 1; i <= nodes; i++)); do
        mkdir -p "$dir/node$i"
        cat > "$dir/node$i/server.properties" << PROPERTIES
process.roles=broker,controller
node.id=$i
controller.quorum.voters=$voters
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$((port + 2 * i - 2)),CONTROLLER://127.0.0.1:$((port + 2 * i - 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$((port + 2 * i - 2))
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$dir/node$i/data
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=$replicas
min.insync.replicas=$isr
offsets.topic.num.partitions=1
offsets.topic.replication.factor=$replicas
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$isr
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$isr
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=10485760
controlled.shutdown.enable=true
${KAFKA_EXTRA_PROPERTIES:-}
PROPERTIES
    done
    echo "$nodes" > "$dir/nodes"
    echo "$port" > "$dir/port"
    echo "$version" > "$dir/version"
}

run_java() {
    java "-Xmx$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
        -Dorg.slf4j.simpleLogger.showDateTime=true \
        -Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS \
        -cp "$libs/*" "$@"
}

format_storage() {
    local i id
    # a cluster id is 16 bytes in URL-safe base64
    id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
    case $id in -*) id="A${id#-}" ;; esac
    for ((i = 1; i <= nodes; i++)); do
        # shellcheck disable=SC2086
        run_java kafka.tools.StorageTool format -t "$id" -c "$dir/node$i/server.properties" \
            ${KAFKA_FORMAT_OPTIONS:-} > "$dir/node$i/format.log" 2>&1 || die "cannot format: see $dir/node$i/format.log"
    done
}

launch() {
    local i=$1
    [ -f "$dir/node$i/log" ] && mv "$dir/node$i/log" "$dir/node$i/log.before"
    # a session of its own: an interrupt at the terminal is not meant for the broker
    # (setsid forks when it leads a group: let the new process tell its pid itself)
    setsid bash -c 'echo $$ > "$1"; shift; exec "$@"' kafka "$dir/node$i/pid" \
        java "-Xmx$heap" -XX:+UseSerialGC -Xshare:auto \
        -Dorg.slf4j.simpleLogger.showDateTime=true \
        -Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS \
        -cp "$libs/*" kafka.Kafka "$dir/node$i/server.properties" \
        < /dev/null > "$dir/node$i/log" 2>&1 &
    local wait
    for ((wait = 0; wait < 100; wait++)); do
        is_running "$i" && return 0
        sleep 0.05
    done
    die "node $i did not start: see $dir/node$i/log"
}

# A KRaft broker says so once the controller lets it serve.
wait_until_serving() {
    local i=$1 waited=0
    until grep -q 'Kafka Server started' "$dir/node$i/log"; do
        is_running "$i" || { tail -5 "$dir/node$i/log" >&2; die "node $i ended: see $dir/node$i/log"; }
        [ "$waited" -lt 1200 ] || die "node $i does not serve after 120 s: see $dir/node$i/log"
        waited=$((waited + 1))
        sleep 0.1
    done
    port_in_use "$((port + 2 * i - 2))" || die "node $i does not listen"
}

bootstrap() {
    local i list=""
    for ((i = 1; i <= nodes; i++)); do
        list="$list${list:+,}127.0.0.1:$((port + 2 * i - 2))"
    done
    echo "$list"
}

read_cluster() {
    [ -f "$dir/port" ] || return 1
    nodes=$(cat "$dir/nodes") port=$(cat "$dir/port") version=$(cat "$dir/version")
}

stop_node() {
    local i=$1 pid waited=0
    is_running "$i" || { rm -f "$dir/node$i/pid"; return 0; }
    pid=$(pid_of "$i")
    if [ "$hard" = 1 ]; then kill -KILL "$pid"; else kill -TERM "$pid"; fi
    while is_running "$i"; do
        waited=$((waited + 1))
        [ "$waited" = 200 ] && { say "node $i does not stop, killing it"; kill -KILL "$pid"; }
        [ "$waited" -lt 300 ] || die "node $i (pid $pid) does not die"
        sleep 0.1
    done
    rm -f "$dir/node$i/pid"
}

case $verb in
start)
    if read_cluster; then
        first=1 last=$nodes
        [ -z "$node" ] || first=$node last=$node
        fetch_jars
    else
        [ -z "$node" ] || die "no cluster in $dir"
        fetch_jars
        if [ "$port" = auto ]; then choose_port; fi
        range_is_free "$port" || die "a port of $port..$((port + 2 * nodes - 1)) is taken: try --port auto"
        mkdir -p "$dir"
        write_properties
        format_storage
        first=1 last=$nodes
    fi
    command -v java > /dev/null || install_java_and_maven
    for ((i = first; i <= last; i++)); do is_running "$i" || launch "$i"; done
    for ((i = first; i <= last; i++)); do wait_until_serving "$i"; done
    say "Apache Kafka $version, $nodes node(s), in $dir"
    bootstrap
    ;;
stop)
    read_cluster || exit 0
    first=1 last=$nodes
    [ -z "$node" ] || first=$node last=$node
    # all at once: a lone controller would wait for a quorum that is gone
    if [ "$hard" = 0 ]; then
        for ((i = first; i <= last; i++)); do is_running "$i" && kill -TERM "$(pid_of "$i")"; done
    fi
    for ((i = first; i <= last; i++)); do stop_node "$i"; done
    ;;
status)
    read_cluster || { say "no cluster in $dir"; exit 3; }
    rc=0
    for ((i = 1; i <= nodes; i++)); do
        if is_running "$i"; then
            say "node $i: pid $(pid_of "$i"), port $((port + 2 * i - 2))"
        else
            say "node $i: stopped"
            rc=3
        fi
    done
    bootstrap
    exit $rc
    ;;
wipe)
    read_cluster || exit 0
    for ((i = 1; i <= nodes; i++)); do hard=1 stop_node "$i"; done
    rm -rf "$dir"
    ;;
*) usage ;;
esac
