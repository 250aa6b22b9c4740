#!/usr/bin/env bash
# A nightly job for cron: filters the data into a folder of its own, takes over what the night before did, and says how
# it went. A line for `crontab -e`:
#
#     17 2 * * *  TRAJSIEVE_DATA=/data/rollouts TRAJSIEVE_RUNS=/data/filtered /opt/trajsieve/nightly.sh
#
# Exit codes: 0 done, 3 a gate failed, 4 some input could not be read, 75 try again later; see the README.
set -uo pipefail

data=${TRAJSIEVE_DATA:?name the folder of the trajectories}
runs=${TRAJSIEVE_RUNS:?name the folder of the runs}
# these are for this script: `trajsieve` reads variables of its own by the names of its options
unset TRAJSIEVE_DATA TRAJSIEVE_RUNS
gates=${GATES:-unsafe>5%,unreadable>0}
metrics=${METRICS:-}
name=${RUN_NAME:-$(date +%F)}

mkdir -p "$runs"
# one job at a time: a run that takes longer than a day is not started twice
exec 9> "$runs/.lock"
flock --nonblock 9 || { echo "a run is going on already" >&2; exit 75; }

options=(--out "$runs/$name" --log-format json --lineage "$runs/lineage.jsonl")
[[ -n $metrics ]] && options+=(--metrics "$metrics")
IFS=, read -ra conditions <<< "$gates"
for condition in "${conditions[@]}"; do options+=(--fail-on "$condition"); done
# the last run that came to its end
latest=$(readlink -f "$runs/latest" 2> /dev/null || true)
[[ -n $latest && -f $latest/config.json && $latest != "$(readlink -f "$runs/$name" 2> /dev/null)" ]] &&
  options+=(--since "$latest")

${TRAJSIEVE:-trajsieve} run "$data" "${options[@]}" 2>> "$runs/$name.log"
code=$?
# 0 and 3 are runs that came to their end; what a gate stopped is looked at, and not handed on
if [[ $code == 0 ]]; then
  ${TRAJSIEVE:-trajsieve} verify "$runs/$name" >> "$runs/$name.log" || exit 1
  ln -sfn "$name" "$runs/latest"
fi
exit "$code"
