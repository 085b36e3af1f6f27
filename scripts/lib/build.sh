# Building with a preset, for the scripts that need a build first.
# shellcheck shell=bash

# build PRESET [TARGET...]: configures and builds quietly; on failure the log's end tells why.
build() {
    local preset=$1 target
    local -a targets=()
    shift
    for target in "$@"; do targets+=(--target "$target"); done
    mkdir -p "$project/build/$preset"
    log=$project/build/$preset/build.log
    : >"$log"
    step "configuring $preset" cmake -S "$project" --preset "$preset"
    step "building $preset" cmake --build "$project/build/$preset" "${targets[@]}"
}
