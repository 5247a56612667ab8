#!/bin/sh
# soak_kill.sh [N] - N (200) kills of the daemon on a real Kafka, over larger
# catalogs than the test takes: integration/04_kill.sh.
KILLS=${1:-200} FILMS=${FILMS:-2000} exec "$(dirname "$0")/../integration/04_kill.sh"
