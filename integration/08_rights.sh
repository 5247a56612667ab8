#!/usr/bin/env bash
# A broker that asks who we are: the right password from a file works, a wrong one
# and missing rights end with status 77, and no password is ever in a log.  The rights that
# config/README.md names are enough; taken away while the daemon runs they end it with 77, and given
# back it goes on without a gap.  (librdkafka's admin interface knows no rights to a transactional
# id; the broker lets everybody have what nobody has a right to.)
. "$(dirname "$0")/lib.sh"
export KAFKA_EXTRA_PROPERTIES='listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="Bo-ss" user_admin="Bo-ss" user_alignd="Sesam-oeffne-dich" user_guest="Klopf-klopf";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:alignd;User:ANONYMOUS
allow.everyone.if.no.acl.found=true'
start_broker --nodes 1
printf 'Sesam-oeffne-dich\n' > "$work/password"
printf 'Klopf-klopf\n' > "$work/guest"
printf 'Abrakadabra\n' > "$work/wrong"
login() { # NAME USER PASSWORD-FILE
    extra="security.protocol = SASL_PLAINTEXT
sasl.mechanism = PLAIN
sasl.username = $2
sasl.password_file = $work/$3
[input]
start_timeout = 5s"
    config "$1" a b
    # one store, one group: only who asks differs
    sed -i "s#^path = .*#path = $work/rights.store#; s#^name = .*#name = $prefix.rights#" "$work/$1.conf"
    sed -i "s#^topic = .*#topic = $prefix.rights.out#" "$work/$1.conf"
}
login alignd alignd password
login wrong alignd wrong
login guest guest guest
run() { timeout 60 "$ALIGND" run -q -c "$work/$1.conf" --kafka debug=security,broker --set log.level=debug --once; }

check "who may makes the topics" alignd check -c "$work/alignd.conf" --create
check "and runs" run_once "$work/alignd.conf"
admin() {
    "$(dirname "$ALIGND")/kafka_admin" "$broker" -X security.protocol=SASL_PLAINTEXT -X sasl.mechanism=PLAIN \
        -X sasl.username=admin -X sasl.password=Bo-ss "$@"
}
rights() { # USER: those of config/README.md
    admin allow "$1" topic "$prefix.a" read describe && admin allow "$1" topic "$prefix.b" read describe &&
        admin allow "$1" topic "$prefix.rights.out" write describe &&
        admin allow "$1" group "$prefix.rights" read describe
}
check "rights are given to another user" rights other
expect_status "a wrong password" 77 "SASL_AUTHENTICATION_FAILED|Authentication failed|AUTHENTICATION" run wrong
expect_status "the same for check" 77 "uthentication" alignd check -c "$work/wrong.conf"
expect_status "a user without rights" 77 "uthorization failed" run guest
expect_status "the same for produce" 77 "uthorization failed" produce "$work/guest.conf" a /dev/null
expect_status "nobody at all" "69|77" "kafka: " \
    alignd check -c "$work/alignd.conf" --kafka security.protocol=plaintext --set input.start_timeout=3s

for c in alignd wrong guest; do
    run $c >> "$work/all.log" 2>&1
    alignd check -c "$work/$c.conf" >> "$work/all.log" 2>&1
done
say "the least rights"
check "they are given" rights guest
check "and are enough" run_once "$work/guest.conf"
start_daemon "$work/guest.conf" -q
wait_ready "$work/guest.conf"
make_films a 30 1 > "$work/a.nt"
make_films b 30 1 > "$work/b.nt"
check "films come" produce "$work/alignd.conf" a "$work/a.nt"
check "they are taken away" admin forbid guest
check "more films come" produce "$work/alignd.conf" b "$work/b.nt"
ended() { ! kill -0 "$daemon" 2> /dev/null; }
check "the daemon ends" until_true 90 ended
status=0
wait "$daemon" || status=$?
forget "$daemon"
check "with status 77: $(grep -i 'authori[sz]' "$work/guest.conf.log" | tail -1 | grep -o 'msg=.*' | cut -c1-110)" test "$status" = 77
check "they are given back" rights guest
check "and it goes on" run_once "$work/guest.conf"
check "every row is what the triples give" alignd verify -q --store "$work/rights.store"
check "no event is missing or twice" alignd events -c "$work/alignd.conf" --check

check "the logs, debugging on, hold $(wc -l < "$work/all.log") lines" test "$(wc -l < "$work/all.log")" -gt 100
check "and no password" sh -c "! grep -qE 'Sesam|Klopf|Abrakadabra' '$work/all.log'"
finish
