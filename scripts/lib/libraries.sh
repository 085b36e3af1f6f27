# Botan 3 and Catch2 3: packages on Debian 13; on Debian 12 built from Debian 13's source packages into the cache.
# $cache/prefix/botan and $cache/prefix/catch2 always point at what is in use; the top CMakeLists.txt looks there.
# shellcheck shell=bash

# Patterns, each for whole module names: releases differ in how they call the variants for one processor or another.
# Generous on purpose: one more module costs seconds here, a missing one costs everybody a rebuild.
botan_modules=(
    aead 'aes(_armv8|_ni|_power8|_vaes|_vperm)?' 'camellia(_.*)?' block cbc ccm 'ctr(_.*)?' des eax gcm gmac mode_pad
    'chacha(20poly1305|_.*)?' 'poly1305(_.*)?' poly_dbl stream modes 'ghash(_.*)?' 'simd(_.*)?' 'cpuid(_.*)?'
    cmac hmac mac md4 md5 hash raw_hash sha3 shake_xof xof 'keccak_perm(_.*)?'
    'sha1(_.*)?' 'sha2_32(_.*)?' 'sha2_64(_.*)?'
    auto_rng entropy getentropy hmac_drbg processor_rng rdseed rng stateful_rng system_rng
    dh dl_algo dl_group ec_group ecc_key ecdh legacy_ec_point x25519 x448 ml_kem
    'pcurves_(brainpool|secp).*' pcurves_generic
    ecdsa ed25519 ed448 ml_dsa rsa eme_oaep emsa_pkcs1 emsa_pssr emsa_raw hash_id mgf1 pk_pad rfc6979
    asn1 base base64 bigint certstor_flatfile certstor_system hex hkdf kdf keypair locking_allocator mem_pool
    nist_keywrap numbertheory os_utils pbes2 pbkdf2 pem pubkey thread_utils utils x509
)
botan_options=(
    --minimized-build --build-targets=static --disable-shared-library --without-documentation
    --no-install-python-module --without-compilation-database
)
catch2_options=(-G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DCATCH_INSTALL_DOCS=OFF)
library_source_release=trixie

choose_library_packages() {
    library_packages=()
    [[ $release == bookworm ]] || library_packages=(libbotan-3-dev libcatch2-dev)
}

needs_own_libraries() { [[ ${#library_packages[@]} -eq 0 ]]; }

libraries_built() {
    needs_own_libraries || return 0
    is_built botan lib/libbotan-3.a "${botan_options[@]}" "${botan_modules[@]}" &&
        is_built catch2 lib/libCatch2.a "${catch2_options[@]}"
}

# is_built NAME FILE OPTION...: the link in use leads to a build with these very options.
is_built() {
    local name=$1 file=$2
    shift 2
    [[ -f $cache/prefix/$name/$file && $(readlink "$cache/prefix/$name") == *-$(key_of "$@") ]]
}

build_libraries() {
    needs_own_libraries && ! libraries_built || return 0
    mkdir -p "$cache/prefix"
    is_built botan lib/libbotan-3.a "${botan_options[@]}" "${botan_modules[@]}" ||
        step "building Botan 3 from Debian's source (about 3 minutes on 2 cores)" \
            build_library botan botan3 "$(key_of "${botan_options[@]}" "${botan_modules[@]}")" compile_botan
    is_built catch2 lib/libCatch2.a "${catch2_options[@]}" ||
        step "building Catch2 from Debian's source (about a minute)" \
            build_library catch2 catch2 "$(key_of "${catch2_options[@]}")" compile_catch2
}

# build_library NAME SOURCE-PACKAGE KEY COMPILE: COMPILE is called in the source folder with the prefix to install to.
build_library() {
    local name=$1 package=$2 key=$3 compile=$4 work version prefix
    private_apt libraries deb-src "$library_source_release"
    work=$(mktemp -d "$cache/build.XXXXXX")
    # shellcheck disable=SC2064  # the folder's name is wanted as it is now
    trap "rm -rf '$work'" EXIT
    fetch_source "$package" "$work"
    version=$(sed -n 's/^Version: //p' "$work"/*.dsc | head -n 1 | tr -d ' ')
    prefix=$cache/$name-${version%-*}-$key
    rm -rf "$prefix"
    (cd "$work/source" && "$compile" "$prefix")
    ln -sfn "../${prefix##*/}" "$cache/prefix/$name"
}

compile_botan() {
    local modules
    modules=$(python3 configure.py --list-modules | grep -xEf <(printf '%s\n' "${botan_modules[@]}") | paste -sd,)
    python3 configure.py --prefix="$1" "${botan_options[@]}" --enable-modules="$modules"
    make -j"$(nproc)"
    make install
}

compile_catch2() {
    cmake -S . -B build -DCMAKE_INSTALL_PREFIX="$1" -DCMAKE_INSTALL_LIBDIR=lib "${catch2_options[@]}"
    cmake --build build
    cmake --install build
}

print_environment() {
    local path=$cache/prefix/botan:$cache/prefix/catch2
    # shellcheck disable=SC2016  # printed for another shell to expand
    printf 'export CMAKE_PREFIX_PATH=%q${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}\n' "$path"
    # shellcheck disable=SC2016
    printf 'export PKG_CONFIG_PATH=%q${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}\n' "$cache/prefix/botan/lib/pkgconfig"
}
