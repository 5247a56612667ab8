#!/usr/bin/env bash
# The dashboard and the alert rules, asked of a real Prometheus that scrapes a running daemon at work: every
# query is answered, and with something; every rule evaluates; every metric that is named is there, and each
# that is there says what it is.  The dashboard itself is put together as Grafana wants it.  (No Grafana runs.)
. "$(dirname "$0")/lib.sh"
command -v prometheus > /dev/null && command -v promtool > /dev/null || skip "no Prometheus (scripts/install_packages.sh monitor)"
dashboard=$root/config/system/dashboard.json alerts=$root/config/system/alerts.yml

say "the dashboard"
shape() { check "$1" jq -e "$2" "$dashboard"; }
shape "ids are unique" '[.panels[].id] | length == (unique | length) and all(. > 0)'
shape "every panel says what it shows, of the data source that is chosen, in a unit" '[.panels[] | select(.type != "row")] |
    length > 20 and all((.description | length) > 10 and .datasource.uid == "${datasource}" and (.fieldConfig.defaults.unit | length) > 0)'
shape "every query is of that data source and can be told apart" '[.panels[] | select(.type != "row") | .targets] |
    all(length > 0 and ([.[].refId] | length == (unique | length)) and all(.datasource.uid == "${datasource}" and .expr != "" and .legendFormat != ""))'
shape "every query is of the instances that are chosen" '[.panels[].targets[]?.expr] | all(test("job=~.\\$job., instance=~.\\$instance."))'
shape "panels lie within the 24 columns" '[.panels[].gridPos] | all(.x >= 0 and .w > 0 and .x + .w <= 24 and .y >= 0 and .h > 0)'
shape "none on another" '[.panels[].gridPos | .x as $x | .y as $y | range(.w) as $i | range(.h) as $j | [$x + $i, $y + $j]] | length == (unique | length)'
shape "the variables are there" '[.templating.list[] | {(.name): .type}] | add == {datasource: "datasource", job: "query", instance: "query"}'
shape "it has a name to link to" '.uid == "alignd" and .title == "alignd" and (has("id") | not) and .schemaVersion >= 36'

say "a daemon at work"
start_broker
extra='[input]
on_error = dlq
[decide]
settle_ms = 0'
config dash a b
conf=$work/dash.conf
sed -i "s#^topic = .*#&\ndead_letter_topic = $prefix.letters#; s#^\[http\]#&\nstats_s = 1#" "$conf"
check "topics are made" alignd check -c "$conf" --create
for g in a b; do make_films $g 1200 3 > "$work/$g.nt"; done
printf 'not a triple\n' > "$work/broken"
start_daemon "$conf" --standby # the active one of a pair: so that all metrics are there
wait_ready "$conf"
prometheus_port=$(free_port)
cat > "$work/prometheus.yml" << YML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ['$alerts']
scrape_configs: [{job_name: alignd, static_configs: [{targets: ['127.0.0.1:$(option "$conf" http.port)']}]}]
YML
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" --log.level=warn \
    --web.listen-address="127.0.0.1:$prometheus_port" > "$work/prometheus.log" 2>&1 < /dev/null &
pids="$pids $!"
http_prometheus() { python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())' "http://127.0.0.1:$prometheus_port$1"; }
scraped() { http_prometheus '/api/v1/query?query=alignd_input_errors_total' | jq -e '.data.result | length > 0'; }
check "Prometheus scrapes" until_true 30 scraped
check "films come" produce "$conf" a --rate 2000 "$work/a.nt"
check "from both" produce "$conf" b --rate 2000 "$work/b.nt"
check "messages that nobody can read" produce "$conf" a --raw "$work/broken" "$work/broken"
head -300 "$work/b.nt" > "$work/some.nt"
check "some go" produce "$conf" b --rate 300 --invert "$work/some.nt"
rings() { http_prometheus /api/v1/alerts | jq -e '[.data.alerts[] | select(.state == "firing") | .labels.alertname] | index("AligndBadMessages")'; }
check "an alert rings for them" until_true 20 rings

# With this load every query has something to tell.
python3 "$root/integration/24_dashboard.py" "http://127.0.0.1:$prometheus_port" "$dashboard" > "$work/answers"
while IFS=$'\t' read -r title count words query; do
    if [ "$words" = success ] && [ "$count" -gt 0 ]; then
        pass "$title: $count"
    else
        fail "$title: $words, $count results of $query"
    fi
done < "$work/answers"
check "no query was left out" test "$(wc -l < "$work/answers")" = "$(jq '[.panels[].targets[]?] + [.templating.list[] | select(.type == "query")] | length' "$dashboard")"

say "rules and metrics"
check "every alert evaluates" jq -e --argjson rules "$(grep -c 'alert:' "$alerts")" '[.data.groups[].rules[]] |
    length == $rules and all(.health == "ok" and (.lastError // "") == "")' <(http_prometheus /api/v1/rules)
check "nothing else rings" jq -e '[.data.alerts[] | select(.state == "firing") | .labels.alertname] | unique == ["AligndBadMessages"]' \
    <(http_prometheus /api/v1/alerts)
http "$conf" /metrics > "$work/metrics"
check "promtool finds nothing to say of the metrics" sh -c 'said=$(promtool check metrics < "$1" 2>&1) && [ -z "$said" ] || { echo "$said"; exit 1; }' sh "$work/metrics"
there() { grep -qE "^$1(_bucket)?[{ ]" "$work/metrics"; }
missing=""
for metric in $(grep -ohE '(alignd|process)_[a-z_]+' "$dashboard" "$alerts" | grep -v '_$' | sort -u); do
    there "${metric%_bucket}" || there "$metric" || missing="$missing $metric"
done
check "every metric that is named is there$missing" test -z "$missing"
lone=$(sed -n 's/^\([a-z_]*\)[{ ].*/\1/p' "$work/metrics" | sort -u | while read -r metric; do
    family=$(printf '%s\n' "$metric" | sed 's/_\(bucket\|sum\|count\)$//')
    grep -qE "^# TYPE ($metric|$family) " "$work/metrics" && grep -qE "^# HELP ($metric|$family) " "$work/metrics" || echo "$metric"
done)
check "every metric says what it is and of which type $lone" test -z "$lone"
check "Prometheus said nothing else" test ! -s "$work/prometheus.log"
stop_daemon
finish
