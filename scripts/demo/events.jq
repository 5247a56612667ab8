# events.jq - match events as lines for people.  Input: lines of
# 'seconds of arrival <TAB> event'; run with jq -R -r -f, and --arg color 1 for colours.

def paint($code): if $color == "1" then "\u001b[\($code)m\(.)\u001b[0m" else . end;
def pad($n): . + ([range($n - length)] | map(" ") | add // "");
def cut($n): if length > $n then .[0:$n - 3] + "..." else . end;
def three: (. * 1000 | round) as $n | "\($n / 1000 | floor).\("00\($n % 1000)" | .[-3:])";
def milliseconds: (.[0:19] + "Z" | fromdateiso8601) * 1000 + (.[20:23] | tonumber);

# what it is, as the second part of an IRI of 'cinema' says
def kind:
    {title: "film", track: "recording", artist: "performer", record: "album"} as $names |
    (.object_id | split("/")[3]) as $word | $names[$word] // $word;

def pair:
    if .subject_label == .object_label then .subject_label
    else "\(.subject_label // "(no name)") = \(.object_label // "(no name)")" end;

# the neighbours that decided, heaviest first, as many as a line holds
def reasons:
    [.explain.neighbours // [] | .[] | select(.weight > 0.01) |
        "\(.relation) \(.subject)" + (if .subject == .object then "" else " ~ \(.object)" end)] |
    reduce .[] as $reason (""; if . == "" then "told by \($reason)"
        elif length + ($reason | length) < 84 then . + "; \($reason)" else . end);

def change:
    if .type == "match" then "match  " | paint("32")
    elif .type == "unmatch" then "unmatch" | paint("31")
    else "update " | paint("33") end;

def confidence:
    (.confidence | three) +
    (if .band == "possible" then " possible" else "" end) +
    (if .previous_confidence then " (was \(.previous_confidence | three))" else "" end);

def arrived: split("\t") | {at: (.[0] | tonumber)} + (.[1] | fromjson);

# one event, one or two lines
def lines($latency):
    "   \(change) \(kind | pad(9)) \(pair | cut(50) | pad(50)) \(confidence)" +
        (if $latency and .event_time then "  \((.at * 1000 - (.event_time | milliseconds)) | round) ms" else "" end),
    (reasons | select(. != "") | "           " + (cut(86) | paint("2")));
