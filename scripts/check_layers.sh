#!/bin/sh
# A room includes itself and the rooms below it in this list, nothing else.
status=0 seen=
for room in base kernel store graph model align state engine stream daemon cli; do
    seen="$seen${seen:+|}$room"
    grep -rnoE '#include "alignd/[a-z]+/' "src/$room" "include/alignd/$room" |
        grep -vE "\"alignd/($seen)/" && status=1
done
exit $status
