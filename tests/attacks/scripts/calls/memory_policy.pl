# name: Move memory between nodes
# tries: move_pages, migrate_pages and mbind
# expect: fails
# control: user
held(refused("move_pages", 0, 0, 0, 0, 0, 0), refused("migrate_pages", $$, 0, 0, 0), refused("mbind", 0, 0, 0, 0, 0, 0));
