#!/bin/sh
# soak_kill.sh [N] - N (200) kills of the daemon on a real Kafka, over larger catalogs than the test
# takes (integration/04_kill.sh); then kills at every point of reset, replay, backup and restore.
set -e
cd "$(dirname "$0")/.."
KILLS=${1:-200} FILMS=${FILMS:-2000} integration/04_kill.sh
LONG=1 integration/10_reset.sh
LONG=1 integration/11_backup.sh
