#!/bin/sh
# A room includes itself and the rooms below it in this list, nothing else; and what serves
# (stream, daemon) does not learn.
status=0 seen=
for room in base kernel store graph model align engine learn stream daemon cli; do
    seen="$seen${seen:+|}$room"
    grep -rnoE '#include "alignd/[a-z]+/' "src/$room" "include/alignd/$room" |
        grep -vE "\"alignd/($seen)/" && status=1
done
for room in stream daemon; do
    grep -rn '#include "alignd/learn/' "src/$room" "include/alignd/$room" && status=1
done
exit $status
