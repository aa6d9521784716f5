#!/usr/bin/env bash
# Installs the Debian packages that the tests drive the product with, where they are missing and root may.
# Nothing that is installed is started: the tests start their own.
set -euo pipefail

export PATH="$PATH:/usr/sbin:/sbin"
missing=()
command -v tmux >/dev/null || missing+=(tmux)
command -v zsh >/dev/null || missing+=(zsh)
command -v fish >/dev/null || missing+=(fish)
command -v setpriv >/dev/null || missing+=(util-linux)
command -v dockerd >/dev/null || missing+=(docker.io)
command -v runsc >/dev/null || missing+=(runsc)
command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "not installed, so some tests are skipped: ${missing[*]}"
  exit 0
fi
echo "installing ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
