# The rows of compose/bench, in the order of the table. Sourced, not run. A row calls `figures`
# for every line of the table that it measures; clusters are its own.
# shellcheck shell=bash

readonly ROWS=(
    transport engine disk packed single map latency alerts move memory storm recovery scaling
)

# Runs one measurement of twin-bench and keeps its figures as row $1; the rest are its arguments.
figures() {
    local row=$1
    shift
    "$bin/twin-bench" "$@" --json --row "$row" >"$work/line" || {
        grep -h . "$work"/state/*.log | tail -n 20 >&2 || true
        fail "twin-bench $1 failed; see above"
    }
    cat "$work/line" >>"$results"
}

# Two ports that nobody answers at now.
free_ports() {
    local port
    for port in $(shuf -n 20 -i 20000-29999); do
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || echo "$port"
    done
}

pids=() processes=() keeper= keeps= log_level=warning

# Starts one executable and remembers it as NAME=PID for the measurements.
start() {
    local name=$1
    shift
    "$@" --state-dir "$work/state/$name" --log-level "$log_level" 2>"$work/state/$name.log" &
    pids+=($!)
    processes+=(--process "$name=$!")
}

# The same, or kept up when it is the one that `start_cluster` was told to keep.
launch() {
    if [ "$1" != "$kept" ]; then
        start "$@"
        return
    fi
    keep_up "$@" 2>"$work/state/keep-up.log" &
    keeper=$! keeps=$1
}

# A cluster without state. With `--kept NAME` that instance is started again when it ends.
start_cluster() {
    local tier count number ports services kept=
    [ "${1:-}" != --kept ] || kept=$2
    mkdir -p "$work/state"
    mapfile -t ports < <(free_ports)
    clients=tcp://127.0.0.1:${ports[0]} services=tcp://127.0.0.1:${ports[1]}
    start broker "$bin/twin-broker" --listen "$clients" --listen-services "$services" \
        --bootstrap --allow-simulation \
        --instances "server=$server_instances,rack=$rack_instances,dc=$dc_instances"
    for tier in server rack dc; do
        count=${tier}_instances
        for number in $(seq "${!count}"); do
            launch "$tier-$number" "$bin/$tier-twin-svc" --broker "$services" \
                --instance "$tier-$number"
        done
    done
}

stop_cluster() {
    [ ! -d "$work/state" ] || : >"$work/state/stop"
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    [ -z "$keeper" ] || kill "$(cat "$work/state/$keeps.pid")" 2>/dev/null || true
    wait
    pids=() processes=() keeper= keeps=
    rm -rf -- "$work/state"
}

# Row $1 of the running cluster: subcommand $2 for $3 seconds, the rest are its arguments.
cluster_figures() {
    local row=$1 command=$2 duration=$3
    shift 3
    figures "$row" "$command" --broker "$clients" --racks "$racks" --servers "$servers" \
        --seconds "$duration" "${processes[@]}" "$@"
}

# The same of a cluster of its own.
alone() {
    start_cluster
    cluster_figures "$@"
    stop_cluster
}

# The median so far of figure $2 of row $1; $3 when no run has it yet.
value() {
    python3 compose/bench_table.py "$results" --value "$1" "$2" 2>/dev/null || echo "$3"
}

# The engine in an empty directory: row $1, the rest are its arguments.
engine() {
    local row=$1
    shift
    figures "$row" engine --seconds "$((seconds / 3))" --state-dir "$work/engine" "$@"
    rm -rf -- "$work/engine"
}

row_transport() {
    figures transport-single transport --batch 1 --in-flight 512 --seconds "$((seconds / 3))"
    figures transport-map transport --form map --in-flight 512 --seconds "$((seconds / 3))"
    figures transport-packed transport --batch 1000 --in-flight "$((16 * server_instances))" \
        --seconds "$((seconds / 3))"
}

row_disk() {
    local bytes
    # What an instance commits at the latency rows' rate fits a block of the disk.
    figures disk-small disk --bytes 4096 --seconds "$((seconds / 3))" --state-dir "$work/disk"
    figures disk-fresh disk --bytes 4096 --fresh --seconds "$((seconds / 3))" \
        --state-dir "$work/disk"
    # What an engine under full load commits, when that was measured.
    bytes=$(value engine-2 bytesPerCommit 200000)
    figures disk-large disk --bytes "${bytes%.*}" --seconds "$((seconds / 3))" \
        --state-dir "$work/disk"
}

row_engine() {
    local twins=$((racks * servers))
    engine engine-1 --instances 1 --twins "$twins"
    engine engine-2 --instances 2 --twins "$twins"
    # The worst for the journal: one rack's batch a commit, its servers in forty shards.
    engine engine-40 --instances 1 --twins "$twins" --window 1 --batch 40 --in-flight 1
    figures allocations allocations --state-dir "$work/allocations"
    rm -rf -- "$work/allocations"
}

row_packed() {
    local order
    for order in shuffled rack; do alone "packed-$order" packed "$seconds" --order "$order"; done
}

row_single() { alone single single "$((seconds / 3))" --form packed; }
row_map() { alone map single "$((seconds / 3))" --form map; }

row_latency() {
    local share most
    alone latency latency "$((seconds / 3))" --rate "$rate"
    most=$(value packed-shuffled reportsPerSecond 0)
    if [ "$most" = 0 ]; then
        say "latency: row packed comes first, for its maximum" >&2
        row_packed
        most=$(value packed-shuffled reportsPerSecond 0)
    fi
    for share in 1 50 90; do
        alone "latency-$share" latency "$((seconds / 3))" --batch 1000 \
            --rate "$(awk -v most="$most" -v share="$share" \
                'BEGIN { printf "%d", most * share / 100 }')"
    done
}

# Load beside another measurement of the running cluster; ends with the cluster. Returns when its
# fleet, 8,000 servers a second, should be commissioned and told.
background_load() {
    "$bin/twin-bench" "$@" --broker "$clients" --racks "$racks" --servers "$servers" \
        --seconds 3600 >"$work/state/load.log" 2>&1 &
    pids+=($!)
    sleep "$((10 + racks * servers / 8000))"
}

row_alerts() {
    local size=(--samples 1200 --rack-groups 20 --feed-groups 6)
    ! $is_quick || size=(--samples 300 --rack-groups 5 --feed-groups 1)
    start_cluster
    background_load latency --rate "$rate"
    cluster_figures alerts alerts "$seconds" "${size[@]}"
    stop_cluster
}

# One of eight shards moves forth and back; the broker's log tells how long it held each time.
row_move() {
    local log_level=info moves=40 instances=$server_instances
    ! $is_quick || moves=10
    local server_instances=$((instances > 1 ? instances : 2))
    start_cluster
    figures move move --broker "$clients" --seconds "$((seconds / 3))" --moves "$moves" \
        --broker-log "$work/state/broker.log"
    stop_cluster
}

row_memory() {
    figures memory memory --twins "$((racks * servers))" --window 90 --state-dir "$work/memory"
    rm -rf -- "$work/memory"
    full_windows memory-processes
    ! $is_large || large full_windows memory-large
}

# Row $1: every process of a cluster whose twins have had 90 reports each, at 150,000/s.
full_windows() {
    local pace=150000
    alone "$1" latency "$((90 * racks * servers / pace + 1))" --warm-up 0 --batch 1000 \
        --rate "$pace"
}

# A million twins: a rack has at most 256 servers, a data center 8,192 racks.
large() { local racks=5000 servers=200; "$@"; }

row_storm() { alone storm storm 120 --failing "$((racks * 3 / 10))"; }

# Starts $2… as instance $1 again and again, with its process number in a file, until the cluster
# is stopped.
keep_up() {
    local name=$1
    shift
    while [ ! -e "$work/state/stop" ]; do
        "$@" --state-dir "$work/state/$name" --log-level warning 2>>"$work/state/$name.log" &
        echo $! >"$work/state/$name.new"
        mv "$work/state/$name.new" "$work/state/$name.pid"
        wait $! || true
    done
}

# Row $1: kills one server instance under the load that $2… puts on.
recovery() {
    local row=$1
    shift
    start_cluster --kept server-1
    background_load "$@"
    cluster_figures "$row" recovery "$seconds" --instance server-1 \
        --pid-file "$work/state/server-1.pid" --state-dir "$work/state/server-1" \
        --warm-up "$recovery_warm_up"
    stop_cluster
}

row_recovery() {
    local recovery_warm_up=$((seconds / 3 + 2))
    recovery recovery packed --order shuffled
    if $is_large; then
        large recovery recovery-large latency --batch 1000 --rate 100000
    fi
    figures replay replay --twins "$((racks * servers))" --window 30 --state-dir "$work/replay"
    rm -rf -- "$work/replay"
}

row_scaling() {
    local twins count sizes=(1000 10000 100000)
    ! $is_large || sizes+=(1000000)
    for twins in "${sizes[@]}"; do engine "scaling-$twins" --twins "$twins" --instances 1; done
    for count in 1 2 4; do
        engine "scaling-instances-$count" --twins "$((racks * servers))" --instances "$count"
    done
}
