#!/bin/sh
# fleet.sh PROBE FOLDER: measures the fleet with files that do nothing or burn CPU, and prints a table.
set -eu
probe=$1 folder=$2
mkdir -p "$folder"
command -v parallel >/dev/null || { echo "cannot compare with GNU parallel: apt-get install parallel" >&2; exit 1; }
echo "| what | measured | goal |"
echo "| --- | --- | --- |"
for files in 1000 100000 1000000; do
    "$probe" bench "$folder/claims-$files" claims 64 "$files"
    rm -rf "$folder/claims-$files"
done
"$probe" bench "$folder/overhead" overhead 20000
"$probe" bench "$folder/makespan" makespan 1
"$probe" bench "$folder/rest" rest 64
