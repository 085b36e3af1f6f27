# The lab's kernels, both user-mode Linux: our own, built from Debian's newest kernel source with lab-kernel.config, and
# Debian's package. Ours has four-level page tables (an address sanitizer needs them: kernels before 6.13 cannot run
# one), XFRM interfaces, NIC offload on netdevsim, and is three times as fast, as it loads no modules.
# shellcheck shell=bash

kernel_config=$project/scripts/lib/lab-kernel.config
kernel_packages=(flex bison bc libelf-dev xz-utils)
kernel_source_release=trixie-backports
own_kernel=$cache/kernel/linux
debian_kernel=/usr/bin/linux.uml

kernel_key() { key_of "$(grep '^CONFIG' "$kernel_config")"; }

own_kernel_built() { [[ -x $own_kernel && $(readlink "$cache/kernel") == *-$(kernel_key) ]]; }
own_kernel_failed() { [[ -f $cache/kernel-failed-$(kernel_key) ]]; }
kernels_ready() { own_kernel_built || own_kernel_failed; }

# Without our own kernel the lab still works with Debian's, so that a failure here is told and not fatal.
prepare_kernels() {
    kernels_ready && return
    attempt "building the lab's kernel from Debian's source (2 to 4 minutes on 2 cores)" build_kernel
    [[ $attempt_status -eq 0 ]] && return
    # A build that was killed says nothing about the next one.
    [[ $attempt_status -gt 128 ]] || tail -n 5 "$log" >"$cache/kernel-failed-$(kernel_key)"
    say "that failed (see $log); the lab uses Debian's kernel: slower, and no sanitizers"
    [[ $attempt_status -gt 128 ]] || say "scripts/setup tries again once $cache/kernel-failed-$(kernel_key) is removed"
}

build_kernel() {
    local work package version
    private_apt kernel deb "$kernel_source_release"
    package=$(apt-cache pkgnames linux-source- | grep -xE 'linux-source-[0-9.]+' | sort -V | tail -n 1)
    work=$(mktemp -d "$cache/build.XXXXXX")
    # shellcheck disable=SC2064  # the folder's name is wanted as it is now
    trap "rm -rf '$work'" EXIT
    cd "$work" || return
    apt-get download "$package"
    version=$(package_version linux-source-*.deb)
    # The largest driver's tables are a tenth of the whole tree.
    dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
        tar -xJ --strip-components=1 --exclude='*/drivers/gpu/drm/amd/*.h' --exclude='*/tools/testing/*'
    rm linux-source-*.deb
    make ARCH=um KCONFIG_ALLCONFIG="$kernel_config" allnoconfig
    make ARCH=um -j"$(nproc)" linux
    keep_kernel "kernel-${version%%-*}-$(kernel_key)"
}

keep_kernel() {
    mkdir -p "$cache/$1"
    strip -o "$cache/$1/linux" linux
    ln -sfn "$1" "$cache/kernel"
}

# kernel_path auto|debian|own: the program that is this kernel.
kernel_path() {
    case $1 in
        own) printf '%s\n' "$own_kernel" ;;
        debian) printf '%s\n' "$debian_kernel" ;;
        auto) if [[ -x $own_kernel ]]; then kernel_path own; else kernel_path debian; fi ;;
        *) die "--kernel takes auto, debian or own, not '$1'" ;;
    esac
}
