held() { printf '\nheld: %s\n' "$*"; exit 0; }
breach() { printf '\nbreach: %s\n' "$*"; exit 0; }
untried() { printf '\nuntried: %s\n' "$*"; exit 0; }
