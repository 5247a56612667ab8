#!/usr/bin/env bash
# A broker behind TLS, by certificates made here: alone (mutual: both show one) and beneath a login.
# Messages go in, letters and events come out once; whatever does not fit (CA, name, certificate, key,
# password, listener, something expired) is told in one line that names the setting and what to do, with the
# right status, soon.  Then all that was printed on the way, debugging on, is searched for passwords
# and keys: logs, pages of HTTP, `check`, the list of processes, the store's folder, a backup.
. "$(dirname "$0")/lib.sh"
command -v openssl > /dev/null || skip "no openssl"

# ---- certificates: an authority, another one, and what they sign ----
cd "$work" || exit 1
mkdir pki
new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "pki/$1.key" 2> /dev/null; }
new_authority() { # NAME
    new_key "$1" && openssl req -x509 -new -key "pki/$1.key" -subj "/CN=$1" -days 2 -out "pki/$1.pem"
}
new_certificate() { # NAME AUTHORITY DAYS SAN
    new_key "$1" && openssl req -new -key "pki/$1.key" -subj "/CN=$1" -out "pki/$1.csr" &&
        openssl x509 -req -in "pki/$1.csr" -CA "pki/$2.pem" -CAkey "pki/$2.key" -CAcreateserial -days "$3" \
            -extfile <(printf 'subjectAltName=%s\n' "$4") -out "pki/$1.pem" 2> /dev/null &&
        cat "pki/$1.key" "pki/$1.pem" > "pki/$1.both.pem"
}
make_certificates() {
    new_authority authority && new_authority stranger &&
        new_certificate broker authority 2 DNS:localhost,IP:127.0.0.1 &&
        new_certificate stale authority -1 DNS:localhost,IP:127.0.0.1 &&
        new_certificate elsewhere authority 2 DNS:kafka.example &&
        new_certificate client authority 2 DNS:client && new_certificate late authority -1 DNS:late &&
        new_certificate foreign stranger 2 DNS:foreign
}
check "certificates are made" make_certificates
login_password="Sesam-$RANDOM$RANDOM" wrong_password="Abrakadabra-$RANDOM" key_password="Schluessel-$RANDOM$RANDOM"
openssl pkey -in pki/client.key -aes256 -passout "pass:$key_password" -out pki/client.locked.key
openssl pkcs12 -export -in pki/client.pem -inkey pki/client.key -passout "pass:$key_password" -out pki/client.p12
printf '%s\n' "$login_password" > password
printf '%s\n' "$wrong_password" > wrong
printf '%s\n' "$key_password" > key_password
chmod 600 password wrong key_password pki/*.key

# ---- a broker that listens in five ways ----
ports_are_free() {
    local i
    for ((i = port; i < port + 6; i++)); do ! (exec 3<> "/dev/tcp/127.0.0.1/$i") 2> /dev/null || return 1; done
}
port=$((20010 + (RANDOM % 600) * 20)) # where kafka.sh, which chooses by itself, does not look
until ports_are_free; do port=$((20010 + (RANDOM % 600) * 20)); done
mutual=$((port + 2)) login=$((port + 3)) stale=$((port + 4)) elsewhere=$((port + 5))
listeners=MUTUAL://127.0.0.1:$mutual,LOGIN://127.0.0.1:$login,STALE://127.0.0.1:$stale,ELSEWHERE://127.0.0.1:$elsewhere
export KAFKA_FORMAT_OPTIONS="--add-scram SCRAM-SHA-512=[name=films,password=$login_password]"
KAFKA_EXTRA_PROPERTIES="listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1)),$listeners
advertised.listeners=PLAINTEXT://127.0.0.1:$port,${listeners//127.0.0.1/localhost}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,MUTUAL:SSL,LOGIN:SASL_SSL,STALE:SSL,ELSEWHERE:SSL
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.login.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_films=\"$login_password\";
listener.name.login.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.mutual.ssl.client.auth=required
ssl.truststore.type=PEM
ssl.truststore.location=$work/pki/authority.pem
ssl.keystore.type=PEM
ssl.keystore.location=$work/pki/broker.both.pem
listener.name.stale.ssl.keystore.location=$work/pki/stale.both.pem
listener.name.elsewhere.ssl.keystore.location=$work/pki/elsewhere.both.pem"
export KAFKA_EXTRA_PROPERTIES
start_broker --nodes 1 --port "$port"

# ---- settings: those of the documentation, with our names ----
tls() { # NAME PORT PROPERTY...: of one store and one group; a later property wins
    local id=$1
    broker=localhost:$2
    shift 2
    extra=$(printf '%s\n' "$@" '[input]' 'start_timeout = 10s' 'on_error = dlq')
    config "$id" a b
    sed -i "s#^path = .*#path = $work/tls.store#; s#^name = .*#name = $prefix.tls#" "$id.conf"
    sed -i "s#^topic = .*#topic = $prefix.out\ndead_letter_topic = $prefix.letters#" "$id.conf"
}
mapfile -t documented < <(sed -n '/^### TLS/,/^```$/p' "$root/config/README.md" | sed -n '/^```ini/,/^```/p' |
    sed -n '/^s[as]*l\.\|^security/p' | sed "s# *\#.*##; s#= .*/ca.pem#= $work/pki/authority.pem#
        s#= .*/client.pem#= $work/pki/client.pem#; s#= .*/client.key#= $work/pki/client.locked.key#
        s#= .*/key_password#= $work/key_password#; s#= .*/kafka#= $work/password#")
check "the documentation has ${#documented[@]} settings" test "${#documented[@]}" -ge 8
ssl=("security.protocol = SSL" "ssl.ca.location = $work/pki/authority.pem")
sasl=("security.protocol = SASL_SSL" "ssl.ca.location = $work/pki/authority.pem" "sasl.mechanism = PLAIN"
    "sasl.username = films" "sasl.password_file = $work/password")
shown() { # NAME: its certificate and key
    printf '%s\n' "ssl.certificate.location = $work/pki/$1.pem" "ssl.key.location = $work/pki/$1.key"
}
mapfile -t mine < <(shown client)
tls login "$login" "${documented[@]}"
tls mutual "$mutual" "${documented[@]}" "security.protocol = SSL"
tls keystore "$mutual" "${ssl[@]}" "ssl.keystore.location = $work/pki/client.p12" "ssl.keystore.password_file = $work/key_password"
tls pem "$mutual" "${ssl[@]}" "ssl.certificate.pem_file = $work/pki/client.pem" "ssl.key.pem_file = $work/pki/client.key"
tls inline "$login" "${sasl[@]:0:4}" "sasl.password = $login_password"
tls scram "$login" "${sasl[@]}" "sasl.mechanism = SCRAM-SHA-512"
tls wrong_ca "$mutual" "security.protocol = SSL" "ssl.ca.location = $work/pki/stranger.pem" "${mine[@]}"
tls no_ca_file "$mutual" "${ssl[0]}" "ssl.ca.location = $work/pki/none.pem"
tls no_certificate "$mutual" "${ssl[@]}"
for name in foreign late; do
    mapfile -t theirs < <(shown $name)
    tls $name "$mutual" "${ssl[@]}" "${theirs[@]}"
done
tls other_key "$mutual" "${ssl[@]}" "${mine[@]}" "ssl.key.location = $work/pki/late.key"
tls locked "$mutual" "${ssl[@]}" "${mine[@]}" "ssl.key.location = $work/pki/client.locked.key"
tls wrong_lock "$mutual" "${ssl[@]}" "${mine[@]}" "ssl.key.location = $work/pki/client.locked.key" "ssl.key.password_file = $work/wrong"
tls wrong_p12 "$mutual" "${ssl[@]}" "ssl.keystore.location = $work/pki/client.p12" "ssl.keystore.password_file = $work/wrong"
tls stale "$stale" "${ssl[@]}"
tls elsewhere "$elsewhere" "${ssl[@]}"
tls wrong_password "$login" "${sasl[@]}" "sasl.password_file = $work/wrong"
tls mechanism "$login" "${sasl[@]}" "sasl.mechanism = SCRAM-SHA-256"
tls plain_to_ssl "$mutual" "security.protocol = PLAINTEXT"
tls ssl_to_plain "$port" "${ssl[@]}"
tls ssl_to_login "$login" "${ssl[@]}"

# Everything is said with debugging on, and kept: what must not be in it is looked for at the end.
debugging=(--kafka "debug=security,broker,conf" --set log.level=debug)
told() { # COMMAND CONF [ARGUMENT]...
    local command=$1 conf=$2 rc=0
    shift 2
    timeout 20 "$ALIGND" "$command" -c "$conf.conf" "${debugging[@]}" "$@" > out 2> err < /dev/null || rc=$?
    cat out err >> printed
    cat err >&2
    return "$rc"
}

# ---- what fits works ----
check "topics are made, by certificates" told check mutual --create
make_films a 40 1 > a.nt
make_films b 40 1 > b.nt
split -n l/2 a.nt a.
check "messages go in by certificates" told produce mutual -g a a.aa
check "and are worked off" told run mutual --once
start_daemon login.conf "${debugging[@]}"
wait_ready login.conf
check "a daemon that logs in goes on; messages go in by a login" told produce login -g a a.ab
check "by a keystore (PKCS 12)" told produce keystore -g b b.nt
printf 'A <http://a/x> <http://a/label> "without an end .\n' > broken
check "a bad message, by a key in PEM" told produce pem --raw -g b broken
all_in() { # nothing waits any more
    [ "$(metric login.conf outbox_records)" = 0 ] && [ "$(metric login.conf 'triples{graph="b"}')" = "$(wc -l < b.nt)" ] &&
        [ "$(metric login.conf 'triples{graph="a"}')" = "$(wc -l < a.nt)" ]
}
check "all is worked off" until_true 30 all_in
one_letter() { "$ALIGND" letters list -c inline.conf "${debugging[@]}" 2>> printed | tee -a printed | grep -q '^1 dead letter'; }
check "it is a letter; the password stands in the configuration" one_letter
check "the checks are content" told check inline
for page in / config livez readyz metrics status version stats types review matches verdicts events reconcile; do
    http login.conf "/${page#/}" >> printed
done
tr '\0' '\n' < "/proc/$daemon/cmdline" >> printed
check "a backup is made of it" alignd backup -c login.conf "$work/copy"
stop_daemon
check "it ends with 0" test "$status" = 0
check "no event is missing or twice" told events mutual --check
matches_of mutual.conf > matches
fold_of login.conf > folded
check "the events fold to the store's $(wc -l < matches) matches" cmp matches folded
check "which are more than a few" test "$(wc -l < matches)" -gt 20
check "every row is what the triples give" alignd verify -q --store "$work/tls.store"

# ---- what does not fit is told, with the setting ----
refused() { # WORDS STATUS PATTERN COMMAND CONF [ARGUMENT]...
    local words=$1 status=$2 pattern=$3
    shift 3
    # (not a line of the debugging)
    expect_status "$words" "$status" "^(ts=[^ ]* level=(warn|error)|alignd: -X).*$pattern" told "$@"
}
refused "another authority" 77 "certificate is of no authority that is trusted: set ssl.ca.location" check wrong_ca
refused "the same for the daemon" 77 "topic .*of no authority that is trusted: set ssl.ca.location" run wrong_ca --once
refused "and for produce" 77 "of no authority that is trusted: set ssl.ca.location" produce wrong_ca -g a a.nt
refused "no file of authorities" 78 "ssl.ca.location .*none.pem: there is no such file" check no_ca_file
refused "a broker whose certificate has expired" 77 "topic .*the broker's certificate has expired.*renewed" run stale --once
refused "a broker under another name" 77 "certificate is for another name: say in bootstrap.servers" check elsewhere
refused "no certificate of ours" 77 "topic .*wants a certificate: set ssl.certificate.location and ssl.key.location" run no_certificate --once
refused "one that has expired" 77 "does not accept ssl.certificate.location: has it expired" check late
refused "one of another authority" 77 "does not accept ssl.certificate.location.*signed by" check foreign
refused "a key of another certificate" 78 "ssl.key.location is not the key of ssl.certificate.location" check other_key
refused "a locked key" 78 "ssl.key.location is locked: say its password by ssl.key.password_file" check locked
refused "a wrong password of the key" 78 "client.locked.key: ssl.key.password .*does not open" check wrong_lock
refused "a wrong password of the keystore" 78 "client.p12: .*ssl.keystore.password .*does not open" check wrong_p12
refused "a wrong password" 77 "topic .*do sasl.username and sasl.password .*fit" run wrong_password --once
refused "a mechanism it does not have" 77 "set sasl.mechanism to one that it has" check mechanism
refused "no TLS where it is wanted" 69 "does security.protocol fit this listener" check plain_to_ssl
refused "TLS where there is none" 69 "security.protocol does not fit this listener" check ssl_to_plain
refused "no login where it is wanted" 69 "set security.protocol to SASL_SSL" check ssl_to_login
refused "a password on the command line" 64 "put it into a file, and say sasl.password_file=PATH" check login --kafka "sasl.password=$wrong_password"
refused "a property that is not one" 78 "sasl.pasword" check login --kafka "sasl.pasword=$wrong_password"
# librdkafka before 2.6.1 cannot do that with Kafka 4, and is named as the reason
check "SCRAM works, or it is told why not" sh -c '"$@" > out 2>&1 || grep -q "SCRAM is refused by Kafka 4 whatever the password" out' \
    sh "$ALIGND" check -c scram.conf
cat out >> printed

# ---- and nothing that was said betrays a secret ----
{
    printf '%s\n' "$login_password" "$wrong_password" "$key_password"
    grep -hv -e '^-----' pki/client.key pki/late.key pki/foreign.key pki/client.locked.key | awk 'length > 16'
} > secrets
cat ./*.conf.log >> printed
check "what is looked for is found where it is" sh -c 'for f in password wrong key_password pki/client.key pki/client.locked.key; do grep -qF -f secrets $f || exit 1; done'
check "$(wc -l < printed) lines were printed, librdkafka's settings among them" grep -qE "sasl.password = \[redacted\]" printed
check "no password and no key is in them" sh -c '! grep -F -f secrets printed'
check "nor in the store, nor in a backup" sh -c '! grep -rlF -f secrets tls.store copy'
finish
