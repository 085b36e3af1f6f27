# Debian packages: installing the machine's own, and fetching those of another release into the cache with an apt
# state of its own, so that the machine's sources and package lists stay as they are.
# shellcheck shell=bash

require_debian() {
    [[ -r /etc/os-release ]] || die "this needs Debian 12 or 13: there is no /etc/os-release here"
    release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    case $release in
        bookworm | trixie) ;;
        *) die "this needs Debian 12 or 13, and this machine calls itself '${release:-unknown}'" ;;
    esac
}

packages_installed() {
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Abbrev}\n' "$@" 2>/dev/null) || return 1
    ! grep -qv '^ii' <<<"$installed"
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "packages must be installed: run scripts/setup as root once, or install sudo"
        return 1
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}

install_packages() {
    packages_installed "$@" && return
    step "refreshing the package lists" apt_install update
    step "installing packages" apt_install install -y --no-install-recommends "$@"
}

# apt_sources: "URI SUITE" of every enabled binary source of this machine, one a line, from both file formats.
apt_sources() {
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [[ -f $file ]] || continue
        sed -nE 's/^deb +(\[[^]]*\] +)?([^ ]+) +([^ ]+).*/\2 \3/p' "$file"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ -f $file ]] && deb822_sources "$file"
    done
    return 0
}

deb822_sources() {
    awk -v RS= -F '\n' '{
        uris = suites = types = enabled = ""
        for (i = 1; i <= NF; i++) {
            if ($i ~ /^#/) continue
            split($i, field, /:[ \t]*/); value = substr($i, index($i, ":") + 1)
            if (tolower(field[1]) == "uris") uris = value
            if (tolower(field[1]) == "suites") suites = value
            if (tolower(field[1]) == "types") types = value
            if (tolower(field[1]) == "enabled") enabled = tolower(value)
        }
        if (types !~ /(^|[ \t])deb([ \t]|$)/ || enabled ~ /no|false/) next
        n = split(uris, uri, " "); m = split(suites, suite, " ")
        for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print uri[i], suite[j]
    }' "$1"
}

# mirror_of SUITE: where this machine gets that suite of its own release from.
mirror_of() { apt_sources | awk -v suite="$1" '$2 == suite { print $1; exit }'; }

# private_apt NAME TYPE RELEASE...: lets this shell's apt-get see those releases only, with no package installed.
private_apt() {
    local name=$1 type=$2 other mirror security
    local state=$cache/apt/$name
    shift 2
    mirror=$(mirror_of "$release")
    security=$(mirror_of "$release-security")
    [[ -n $mirror ]] || die "no apt source for $release found under /etc/apt: cannot tell which mirror to use"
    rm -rf "$state/sources"
    mkdir -p "$state"/{sources,state/lists/partial,cache/archives/partial}
    for other in "$@"; do
        write_source "$type" "$mirror" "$other" >"$state/sources/$other.sources"
        [[ -z $security || $other == *-backports ]] ||
            write_source "$type" "$security" "$other-security" >"$state/sources/$other-security.sources"
    done
    write_apt_config "$state" >"$state/apt.conf"
    export APT_CONFIG=$state/apt.conf
    apt-get update
}

write_source() {
    printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\n' "$1" "$2" "$3"
    printf 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n'
}

# NoLocking: even a download would lock the machine's dpkg otherwise, which an ordinary user may not.
write_apt_config() {
    cat <<END
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$1/sources";
Dir::State "$1/state";
Dir::State::Status "/dev/null";
Dir::Cache "$1/cache";
APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false";
Debug::NoLocking "true";
END
}

# fetch_source PACKAGE FOLDER: Debian's source of the package, with Debian's patches, unpacked in FOLDER.
fetch_source() {
    local package=$1 folder=$2
    mkdir -p "$folder"
    (cd "$folder" && apt-get source --download-only "$package" && dpkg-source --no-check -x ./*.dsc source)
}
